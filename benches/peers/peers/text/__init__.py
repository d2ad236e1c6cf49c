"""The peers that make JSON of text; each says where its output has the addresses."""
from .knownet import KnownetAuto, KnownetNamed
from .rsyslog import RsyslogText
from .syslog_ng import SyslogNgText
from .vrl import VrlText

TEXT = [KnownetAuto(), KnownetNamed(), VrlText(), RsyslogText(), SyslogNgText()]
