"""enrich_orjson.py NETWORKS FIELD TARGET FILE: tags NDJSON with orjson and a patricia trie."""
import sys

import orjson
import pytricia

trie = pytricia.PyTricia(32)
with open(sys.argv[1]) as networks:
    for line in networks:
        prefix, label = line.rstrip("\n").split(",")
        trie[prefix] = label
outer, inner, last = sys.argv[2].split(".")
target = sys.argv[3]
loads, dumps, get = orjson.loads, orjson.dumps, trie.get
write = sys.stdout.buffer.write
with open(sys.argv[4], "rb", buffering=1 << 18) as events:
    for line in events:
        event = loads(line)
        try:
            address = event[outer][inner][last]
        except (KeyError, TypeError):
            address = None
        if address and ":" not in address:
            label = get(address)
            if label is not None:
                event[target] = label
        write(dumps(event, option=orjson.OPT_APPEND_NEWLINE))
