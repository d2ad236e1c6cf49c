"""Sends numbered events with pylogbeat, whose sequence runs on over all windows."""

import argparse

import pylogbeat

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--first", type=int, required=True)
parser.add_argument("--count", type=int, required=True)
parser.add_argument("--window", type=int, default=50)
parser.add_argument("--ca")
parser.add_argument("--cert")
parser.add_argument("--key")
args = parser.parse_args()

client = pylogbeat.PyLogBeatClient(
    "127.0.0.1",
    args.port,
    timeout=60,
    ssl_enable=bool(args.ca),
    ca_certs=args.ca,
    certfile=args.cert,
    keyfile=args.key,
)
end = args.first + args.count
with client:
    for first in range(args.first, end, args.window):
        # It returns once the window is acknowledged.
        client.send(
            [
                {
                    "@metadata": {"beat": "pylogbeat", "version": pylogbeat.__version__},
                    "number": number,
                    "destination": {"ip": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"},
                    "message": "two\nlines, \u00fc",
                }
                for number in range(first, min(first + args.window, end))
            ]
        )
