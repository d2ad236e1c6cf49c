# Tests, format, lints, documentation, dependencies, configurations: what CI runs.
check:
    .ci/run
