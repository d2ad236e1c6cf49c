"""The events of the cluster bench, each with a number of its own, and the label that each must get."""
import ipaddress
import json
import os
import pathlib
import random
import re
import subprocess
import sys

RECORD = re.compile(rb'"record_id":\d+')
# The six of the other bench: three of Microsoft's, three private ones.
NETWORKS = """\
13.64.0.0/11,Microsoft
13.96.0.0/13,Microsoft
13.104.0.0/14,Microsoft
10.0.0.0/8,Private
192.168.0.0/16,Private
172.16.0.0/12,Private
"""
IMAGES = [r"C:\Windows\System32\svchost.exe", r"C:\Program Files\Google\Chrome\Application\chrome.exe",
          r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe", r"C:\Windows\System32\lsass.exe"]


def write(path, count, seed):
    """Writes `count` events to a file, a line each; the same for the same seed on the same machine.

    KNOWNET_DATA may name a folder with make_winlogbeat.py, whose events are more varied; without it
    they are made here. Says which.
    """
    maker = pathlib.Path(os.environ.get("KNOWNET_DATA", "/none")) / "make_winlogbeat.py"
    with open(path, "wb") as out:
        if not maker.is_file():
            out.writelines(line + b"\n" for line in own(count, seed))
            return "events made here"
        argv = [sys.executable, str(maker), "--count", str(count), "--seed", str(seed)]
        making = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for number, line in enumerate(making.stdout):
            out.write(RECORD.sub(b'"record_id":%d' % number, line, count=1))
        if making.wait() != 0:
            sys.exit(f"{maker} failed")
        return "events of make_winlogbeat.py"


def own(count, seed):
    """Connections as Sysmon reports them and Winlogbeat ships them, about 1.2 KB each."""
    chance = random.Random(seed)
    hosts = [(f"WS-{number:04}", f"10.{number % 200}.{number // 200}.17") for number in range(500)]
    for number in range(count):
        host, address = chance.choice(hosts)
        image, port = chance.choice(IMAGES), chance.choice((443, 443, 80, 53, 8443))
        time = f"2026-03-17T{number // 360000 % 24:02}:{number // 6000 % 60:02}:{number // 100 % 60:02}.{number % 100:02}0"
        destination = target(chance)
        data = {
            "RuleName": "-", "UtcTime": time.replace("T", " "), "ProcessGuid": f"{{{chance.getrandbits(96):024x}}}",
            "ProcessId": str(chance.randrange(400, 20000)), "Image": image, "User": "NT AUTHORITY\\SYSTEM", "Protocol": "tcp",
            "Initiated": "true", "SourceIp": address, "SourceHostname": f"{host}.corp.example.com",
            "SourcePort": str(chance.randrange(49152, 65535)), "DestinationIp": destination, "DestinationPort": str(port)}
        words = "\n".join(f"{key}: {data[key]}" for key in ("UtcTime", "Image", "DestinationIp"))
        yield json.dumps({
            "@timestamp": f"{time}Z", "message": f"Network connection detected:\n{words}",
            "event": {"kind": "event", "code": "3", "provider": "Microsoft-Windows-Sysmon", "created": f"{time}Z"},
            "host": {"name": host}, "log": {"level": "information"}, "ecs": {"version": "8.0.0"},
            "agent": {"version": "8.11.1", "name": host, "type": "winlogbeat"},
            "winlog": {
                "channel": "Microsoft-Windows-Sysmon/Operational", "provider_name": "Microsoft-Windows-Sysmon", "event_id": "3",
                "version": 5, "task": "Network connection detected (rule: NetworkConnect)", "record_id": number,
                "computer_name": f"{host}.corp.example.com", "process": {"pid": 2301, "thread": {"id": 3201}},
                "user": {"identifier": "S-1-5-18", "domain": "NT AUTHORITY", "name": "SYSTEM", "type": "User"},
                "event_data": data},
        }, separators=(",", ":")).encode()


def target(chance):
    """A destination: a third private, a third Microsoft's, a third others', one in fourteen IPv6."""
    kind = chance.random()
    if kind < 0.07:
        return ":".join(f"{part:x}" for part in (0x2A00, *(chance.getrandbits(16) for _ in range(7))))
    block = ("10.0.0.0/8", "192.168.0.0/16", "13.64.0.0/11", "13.104.0.0/14", "142.250.0.0/15", "151.101.0.0/16")
    network = ipaddress.IPv4Network(chance.choice(block))
    return str(network[chance.randrange(network.num_addresses)])


def expected(path, networks):
    """The right label, or none, of each event, by its number."""
    labels = []
    with open(path, "rb") as lines:
        for line in lines:
            address = ipaddress.ip_address(json.loads(line)["winlog"]["event_data"]["DestinationIp"])
            labels.append(networks.label(int(address)) if address.version == 4 else None)
    return labels
