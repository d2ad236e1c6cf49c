"""Lines of text logs behind a syslog header, made up after the formats' public documentation."""
import random

KINDS = ("iptables", "cef", "kv")
# The host that the last line of a file comes from, so that a service can tell that it is through.
LAST = "last"

# Whom the hosts inside, 10.0.0.0/8, talk to: networks that are set aside for documentation.
OUTSIDE = ("192.0.2", "198.51.100", "203.0.113")
SERVICES = (
    ("443", "TCP", "HTTPS"), ("443", "TCP", "Office 365"), ("53", "UDP", "DNS"), ("80", "TCP", "HTTP"),
    ("22", "TCP", "SSH"), ("123", "UDP", "NTP"),
)
RULES = ("LAN_OUT-A-3001", "WAN_IN-B-2001", "GUEST_IN-D-2006", "UFW BLOCK", "UFW ALLOW")
USERS = ("ann", "bob", "carol.example", "svc-backup")
PAGES = ("/", "/index.html", "/api/v2/items?page=7", "/download/report-2026.pdf", "/search?q=log+analysis")


class Flow:
    """Who talked to whom; no two of the first 16 million have the same inside address."""

    def __init__(self, number, dice):
        inside = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        outside = f"{dice.choice(OUTSIDE)}.{dice.randrange(1, 255)}"
        self.port, self.transport, self.service = dice.choice(SERVICES)
        self.client_port = str(dice.randrange(1024, 65536))
        self.outbound = dice.random() < 0.7
        self.source, self.destination = (inside, outside) if self.outbound else (outside, inside)

    def key(self):
        """What every peer must have found."""
        return (self.source, self.client_port, self.destination, self.port)


def lines(kind, count, seed):
    """(line, flow) of every record; the same seed gives the same."""
    dice = random.Random(f"{kind} {seed}")
    write = {"iptables": iptables, "cef": cef, "kv": kv}[kind]
    for number in range(count):
        second = number // 50 % 86400
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        host = LAST if number == count - 1 else "gw-north"
        flow = Flow(number, dice)
        priority, message = write(number, flow, clock, dice)
        yield f"<{priority}>Mar  1 {clock} {host} {message}\n", flow


def iptables(number, flow, clock, dice):
    """The kernel's LOG target, as UFW and UniFi gateways send it."""
    hardware = ":".join(f"{dice.randrange(256):02x}" for _ in range(3))
    ways = "IN=br0 OUT=eth4" if flow.outbound else "IN=eth4 OUT=br0"
    start = (
        f"kernel: [{1_000_000 + number / 50:.6f}] [{dice.choice(RULES)}] {ways} MAC=00:00:5e:00:53:01:00:00:5e:{hardware}:08:00 "
        f"SRC={flow.source} DST={flow.destination} LEN={dice.randrange(40, 1500)} TOS=0x00 PREC=0x00 "
        f"TTL={dice.randrange(30, 128)} ID={dice.randrange(65536)} DF PROTO={flow.transport} SPT={flow.client_port} DPT={flow.port} "
    )
    if flow.transport == "UDP":
        return 4, f"{start}LEN={dice.randrange(20, 1400)} MARK=0x1a0000"
    return 4, f"{start}SEQ={dice.randrange(1 << 32)} ACK=0 WINDOW={dice.randrange(65536)} RES=0x00 SYN URGP=0 MARK=0x1a0000"


def cef(number, flow, clock, dice):
    """ArcSight's Common Event Format with spaces, labels and an escaped equals sign in its values."""
    act = dice.choice(("allow", "deny"))
    return 134, (
        f"CEF:0|Example|Secure Gateway|7.4.1|{dice.randrange(100, 999)}|Traffic {act}|{dice.randrange(1, 9)}|"
        f"rt=1772323200{number % 1000:03} deviceExternalId=GW{number % 7:04} src={flow.source} spt={flow.client_port} "
        f"dst={flow.destination} dpt={flow.port} proto={flow.transport} act={act} app={flow.service} "
        f"suser={dice.choice(USERS)} in={dice.randrange(1 << 20)} out={dice.randrange(1 << 20)} "
        f"cs1Label=Rule cs1=LAN to outside {dice.randrange(50)} cs2Label=Zone cs2=trusted cn1Label=Session cn1={number} "
        f"deviceInboundInterface=ethernet1/1 deviceOutboundInterface=ethernet1/2 "
        f"request=https://www.example.com{dice.choice(PAGES).replace('=', chr(92) + '=')} "
        f"requestMethod=GET cat=firewall msg=Session ended after the time that is usual for its service"
    )


def kv(number, flow, clock, dice):
    """Pairs with quoted values, as FortiGate sends its traffic log; no value has a space.

    liblognorm's parser of pairs takes a quote for any other byte.
    """
    service = flow.service.replace(" ", "")
    return 189, (
        f'date=2026-03-01 time={clock} devname="gw-north" devid="FG100E0000000000" logid="0000000013" type="traffic" '
        f'subtype="forward" level="notice" vd="root" eventtime={1_772_323_200 + number // 50} srcip={flow.source} '
        f'srcport={flow.client_port} srcintf="internal" srcintfrole="lan" dstip={flow.destination} dstport={flow.port} '
        f'dstintf="wan1" dstintfrole="wan" sessionid={number} proto={6 if flow.transport == "TCP" else 17} '
        f'action="{dice.choice(("accept", "deny", "close"))}" policyid={dice.randrange(100)} policytype="policy" '
        f'service="{service}" dstcountry="Reserved" trandisp="snat" duration={dice.randrange(600)} '
        f'sentbyte={dice.randrange(1 << 20)} rcvdbyte={dice.randrange(1 << 24)} sentpkt={dice.randrange(1 << 10)} '
        f'rcvdpkt={dice.randrange(1 << 14)} appcat="unscanned"'
    )
