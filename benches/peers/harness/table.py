"""The results as Markdown."""
import statistics


def render(peers, references, costs, verdicts, material, options):
    """The table of costs, the table of tags and the notes."""
    medians = {name: median(runs) for name, runs in costs.items()}
    own = medians.get("knownet")
    lines = [
        f"{options.events} events ({options.mix} mix, seed {options.seed}), {len(material.networks)} networks, "
        f"medians of {options.runs}; output to /dev/null; start-up taken off",
        "",
        "| | events/s | MB/s | CPU s/M events | CPU vs knownet | peak MiB | start-up CPU s | tags | rest of event |",
        "|---|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for peer in peers + references:
        lines.append(row(peer, medians[peer.name], own, verdicts.get(peer.name), options))
    lines.append("")
    if any(cost and cost.events < options.events for cost in medians.values()):
        lines.append("† on the first part of the file only:")
    for peer in peers + references:
        cost = medians[peer.name]
        if cost and cost.events < options.events:
            lines.append(f"- {peer.name}: {cost.events} events")
        if peer.note:
            lines.append(f"- {peer.name}: {peer.note}")
    return "\n".join(lines + ["", *tags(peers, verdicts)])


def median(runs):
    """The run whose numbers are each the median; None if any run failed."""
    if not runs or None in runs:
        return None
    middle = runs[0]
    for name in ("wall", "cpu", "peak", "start_cpu"):
        setattr(middle, name, statistics.median(getattr(run, name) for run in runs))
    middle.certain = all(run.certain for run in runs)
    return middle


def row(peer, cost, own, verdict, options):
    """One line of the table of costs."""
    title = f"{peer.name} {peer.version}".strip()
    if peer.name == "knownet":
        title = f"**{title}**"
    right = "-" if verdict is None else "agree" if verdict.right else "**differ**"
    kept = "-" if verdict is None else verdict.kept
    if cost is None:
        return f"| {title} | failed | | | | | | {right} | {kept} |"
    dagger = " †" if cost.events < options.events else ""
    if not cost.certain:
        told = f"{cost.peak / 1024:.0f} | {cost.start_cpu:.3f} | {right} | {kept}"
        return f"| {title}{dagger} | too few events to tell | | | | {told} |"
    per_million = cost.cpu / cost.events * 1e6
    ratio = f"{per_million / (own.cpu / own.events * 1e6):.1f}x" if own and own.certain else "-"
    return (
        f"| {title}{dagger} | {cost.events / cost.wall:,.0f} | {cost.size / cost.wall / 1e6:,.0f} | {per_million:.2f} "
        f"| {ratio} | {cost.peak / 1024:.0f} | {cost.start_cpu:.3f} | {right} | {kept} |"
    )


def tags(peers, verdicts):
    """How many events each peer saw and tagged with which label, and who disagrees."""
    labels = sorted({label for verdict in verdicts.values() for label in verdict.counts})
    yield "Tags found (on the part of the file that was compared event by event):"
    yield ""
    yield f"| | events | {' | '.join(labels)} |"
    yield "|---|---:|" + "---:|" * len(labels)
    for peer in peers:
        verdict = verdicts[peer.name]
        counts = " | ".join(str(verdict.counts[label]) for label in labels)
        yield f"| {peer.name} | {verdict.events} | {counts} |"
    yield ""
    wrong = [(peer.name, verdicts[peer.name].problem) for peer in peers if not verdicts[peer.name].right]
    for name, problem in wrong:
        yield f"DISAGREES: {name}: {problem}"
    if not wrong:
        yield "All agree."
