"""The peers of the cluster bench; a new one is a file here and a line in this table."""
from .go import Go
from .kcat import Kcat
from .knownet import Knownet, KnownetTransaction
from .redpanda import Redpanda
from .rsyslog import Rsyslog
from .syslog_ng import SyslogNg
from .vector import Vector

CLUSTER = [Knownet(), KnownetTransaction(), Go(), Rsyslog(), SyslogNg(), Redpanda(), Vector(), Kcat()]
