"""enrich_json.py RANGES FIELD TARGET FILE: tags NDJSON with Python's standard library alone."""
import bisect
import ipaddress
import json
import sys

with open(sys.argv[1]) as ranges:
    ranges = json.load(ranges)
starts = [start for start, _, _ in ranges]
outer, inner, last = sys.argv[2].split(".")
target = sys.argv[3]
with open(sys.argv[4]) as events:
    for line in events:
        event = json.loads(line)
        address = event.get(outer, {}).get(inner, {}).get(last)
        if address:
            address = ipaddress.ip_address(address)
            if address.version == 4:
                label = ranges[bisect.bisect_right(starts, int(address)) - 1][2]
                if label is not None:
                    event[target] = label
        sys.stdout.write(json.dumps(event, separators=(",", ":")) + "\n")
