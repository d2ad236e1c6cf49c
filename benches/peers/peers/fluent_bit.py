"""Fluent Bit: tail, a Lua filter with a binary search, the file output."""
from harness.peer import FIELD, TARGET, Command, Peer
from harness.setup import version

CONFIG = """
[SERVICE]
    flush        1
    grace        60
    log_level    error
    parsers_file {folder}/parsers.conf
[INPUT]
    name             tail
    path             {events}
    parser           event
    read_from_head   on
    exit_on_eof      on
    buffer_max_size  1M
    mem_buf_limit    64M
[FILTER]
    name             lua
    match            *
    script           {folder}/tag.lua
    call             tag
    type_array_key   category ip
[OUTPUT]
    name             file
    match            *
    path             {output.parent}
    file             {output.name}
    format           plain
"""

PARSERS = """
[PARSER]
    name    event
    format  json
"""

LUA = """
local starts = {{ {starts} }}
local labels = {{ {labels} }}
function tag(tag, timestamp, event)
  local winlog = event["{outer}"]
  local data = winlog and winlog["{inner}"]
  local address = data and data["{last}"]
  local a, b, c, d = string.match(address or "", "^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if not a then return 0, timestamp, event end
  local number = ((a * 256 + b) * 256 + c) * 256 + d
  local low, high = 1, #starts
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if starts[middle] <= number then low = middle else high = middle - 1 end
  end
  if not labels[low] then return 0, timestamp, event end
  event["{target}"] = labels[low]
  return 2, timestamp, event
end
"""


class FluentBit(Peer):
    name = "Fluent Bit"

    def find(self, setup, networks):
        self.binary = setup.on_path("fluent-bit")
        self.version = version([self.binary, "--version"], word=2).removeprefix("v")

    def limit(self, networks, part):
        return part

    def command(self, job):
        folder = job.scratch()
        outer, inner, last = FIELD.split(".")
        starts = ",".join(str(first) for first, _, _ in job.networks.ranges)
        labels = ",".join(f'"{label}"' if label else "false" for _, _, label in job.networks.ranges)
        (folder / "tag.lua").write_text(LUA.format(
            starts=starts, labels=labels, outer=outer, inner=inner, last=last, target=TARGET))
        (folder / "parsers.conf").write_text(PARSERS)
        path = folder / "fluent-bit.conf"
        path.write_text(CONFIG.format(folder=folder, events=job.events, output=job.output))
        return Command([self.binary, "-q", "-c", path])
