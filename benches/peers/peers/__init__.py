"""The peers; a new one is a file here and a line in this table."""
from .fluent_bit import FluentBit
from .jq import Jq
from .knownet import Knownet
from .logstash import Logstash
from .python import OrjsonPytricia, StandardLibrary
from .reference import Cat, CatToCat, KnownetToCat, WordCount
from .rsyslog import Rsyslog
from .syslog_ng import SyslogNg
from .vector import Vector
from .vrl import Vrl

PEERS = [
    Knownet(), OrjsonPytricia(), Vrl(), FluentBit(), Rsyslog(), SyslogNg(), Vector(), Jq(),
    StandardLibrary(), Logstash(),
]
REFERENCES = [WordCount(), Cat(), KnownetToCat(), CatToCat()]
