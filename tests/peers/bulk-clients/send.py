"""Sends numbered events with Elastic's client for Python, version 7.17 or 8."""

import argparse

import elasticsearch
from elasticsearch import helpers

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--first", type=int, required=True)
parser.add_argument("--count", type=int, required=True)
parser.add_argument("--compress", action="store_true")
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--key")
args = parser.parse_args()

options = {"http_compress": args.compress, "retry_on_timeout": False, "max_retries": 0}
if args.user:
    options["basic_auth"] = (args.user, args.password)
if args.key:
    options["api_key"] = tuple(args.key.split(":"))
client = elasticsearch.Elasticsearch(f"http://127.0.0.1:{args.port}", **options)
client.info()
assert client.indices.exists(index="logs")


def actions():
    for number in range(args.first, args.first + args.count):
        action = {
            "_op_type": "create" if number % 2 else "index",
            "_index": "logs",
            "number": number,
            "destination": {"ip": "10.0.0.1"},
        }
        if number % 3 == 0:
            action["_id"] = f'"{number}"'
        yield action


done, errors = helpers.bulk(client, actions(), chunk_size=700)
assert (done, errors) == (args.count, []), (done, errors)
# What brings no event is refused by itself.
done, errors = helpers.bulk(
    client,
    [{"_op_type": "delete", "_index": "logs", "_id": "1"}],
    raise_on_error=False,
)
assert done == 0 and errors[0]["delete"]["status"] == 400, errors
