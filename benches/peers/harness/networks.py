"""A list of labelled prefixes in the shapes that the peers want."""
import bisect
import ipaddress


class Networks:
    """`prefixes` is a list of (network, label), as in the file."""

    def __init__(self, path):
        self.path = path
        self.prefixes = []
        for line in path.read_text().splitlines():
            prefix, label = line.split(",")
            self.prefixes.append((ipaddress.IPv4Network(prefix), label))
        self.labels = list(dict.fromkeys(label for _, label in self.prefixes))
        self.feeds = self._feeds(path.parent)
        self.ranges = self._ranges()
        self._starts = [start for start, _, _ in self.ranges]

    def __len__(self):
        return len(self.prefixes)

    def longest_first(self):
        """[(label, [prefix, …])] such that the first group with a match holds the longest prefix."""
        groups = {}
        for network, label in sorted(self.prefixes, key=lambda entry: -entry[0].prefixlen):
            groups.setdefault((network.prefixlen, label), []).append(str(network))
        merged = []
        for (_, label), prefixes in groups.items():
            if merged and merged[-1][0] == label:
                merged[-1][1].extend(prefixes)
            else:
                merged.append((label, prefixes))
        return merged

    def label(self, address):
        """The label of the longest prefix that covers an IPv4 address given as a number, or None."""
        start, end, label = self.ranges[bisect.bisect_right(self._starts, address) - 1]
        assert start <= address <= end
        return label

    def _feeds(self, folder):
        feeds = []
        for number, label in enumerate(self.labels):
            feed = folder / f"label-{number}.txt"
            feed.write_text("".join(f"{network}\n" for network, owner in self.prefixes if owner == label))
            feeds.append((label, feed))
        return feeds

    def _ranges(self):
        """[(first, last, label or None)] covering all addresses in order, without overlap."""
        ranges, open_blocks, at = [], [], 0

        def upto(end, label):
            nonlocal at
            if at < end:
                if ranges and ranges[-1][2] == label:
                    ranges[-1] = (ranges[-1][0], end - 1, label)
                else:
                    ranges.append((at, end - 1, label))
                at = end

        def close(start):
            while open_blocks and open_blocks[-1][0] <= start:
                upto(*open_blocks.pop())

        for network, label in sorted(self.prefixes, key=lambda entry: (int(entry[0][0]), entry[0].prefixlen)):
            start = int(network[0])
            close(start)
            upto(start, open_blocks[-1][1] if open_blocks else None)
            open_blocks.append((start + network.num_addresses, label))
        close(1 << 32)
        upto(1 << 32, None)
        return ranges
