//! What every source is tried with: a kill alone, and with each trouble.

/// A test for each of them. `$new` makes a delivery of a name, and `$run` tries it.
macro_rules! each_trouble {
    ($name:literal, $new:expr, $run:expr) => {
        #[test]
        fn killed() {
            $run($new($name));
        }

        #[test]
        fn killed_while_files_are_rotated() {
            let mut delivery = $new(concat!($name, ", rotation"));
            delivery.sink = "rotate = { size = \"64KiB\", compress = \"zstd\" }";
            $run(delivery);
        }

        #[test]
        fn killed_while_the_sink_comes_and_goes() {
            let mut delivery = $new(concat!($name, ", sink away"));
            delivery.trouble = $crate::trouble::Trouble::SinkAway;
            $run(delivery);
        }

        #[test]
        fn killed_while_the_clock_jumps() {
            let mut delivery = $new(concat!($name, ", clock"));
            let Some(trouble) = $crate::trouble::Trouble::clock(&delivery.folder) else {
                return;
            };
            delivery.trouble = trouble;
            delivery.sink = "rotate = { size = \"1MiB\", age = \"1h\", compress = \"gzip\" }";
            $run(delivery);
        }

        #[cfg(target_os = "linux")]
        #[test]
        fn killed_while_the_disk_is_full() {
            let mut delivery = $new(concat!($name, ", full disk"));
            let kills = $crate::round::kills();
            let trouble = $crate::trouble::Trouble::full_disk(&delivery.folder, kills);
            let Some(trouble) = trouble else {
                return;
            };
            delivery.trouble = trouble;
            delivery.sink = "rotate = { size = \"256KiB\", compress = \"zstd\" }";
            $run(delivery);
        }
    };
}
