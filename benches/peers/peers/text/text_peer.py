"""What the peers of the text bench have in common."""

# What the formats themselves call source, its port, destination and its port.
NAMES = {
    "iptables": ("SRC", "SPT", "DST", "DPT"),
    "cef": ("src", "spt", "dst", "dpt"),
    "kv": ("srcip", "srcport", "dstip", "dstport"),
}


class TextPeer:
    """Mixed into a peer; most keep the names of the format."""

    def takes(self, kind):
        """Whether it has a parser for this kind."""
        return True

    def places(self, kind):
        """Where source, its port, destination and its port are in an event, as lists of names."""
        return [[name] for name in NAMES[kind]]

    def limit(self, events, part):
        """How many of the lines a run takes; `part` is what a slow peer should take."""
        return events
