//! What a process does with the processor and the memory, as far as the system tells.

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{asleep, memory, processor_time};
#[cfg(target_os = "linux")]
pub use linux::{asleep, memory, processor_time};

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::time::Duration;

    /// What /proc counts processor time in: a hundred to a second on every usual Linux
    /// (sysconf(3), _SC_CLK_TCK).
    const TICK: Duration = Duration::from_millis(10);

    /// If all threads of a process sleep, how often each has woken up so far.
    pub fn asleep(process: u32) -> Option<Vec<u64>> {
        let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
        threads
            .map(|thread| {
                let status = fs::read_to_string(thread.ok()?.path().join("status")).ok()?;
                let sleeps = field(&status, "State:")?.starts_with('S');
                sleeps.then_some(field(&status, "voluntary_ctxt_switches:")?.parse().ok()?)
            })
            .collect()
    }

    /// How much processor time a process has used.
    pub fn processor_time(process: u32) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name, in parentheses, may hold spaces. User and system time are the 12th and
        // 13th field after it.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = fields.split_whitespace().skip(11).take(2);
        TICK * ticks.filter_map(|ticks| ticks.parse::<u32>().ok()).sum()
    }

    /// How many bytes of memory a process holds.
    pub fn memory(process: u32) -> u64 {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let kilobytes = field(&status, "VmRSS:").and_then(|text| text.strip_suffix(" kB"));
        kilobytes.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default() << 10
    }

    fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
        status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::time::{Duration, Instant};

    /// Takes for granted that a process soon waits: the system does not say.
    pub fn asleep(_process: u32) -> Option<Vec<u64>> {
        Some(Vec::new())
    }

    /// Takes for granted that a process spins.
    pub fn processor_time(_process: u32) -> Duration {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        START.elapsed()
    }

    /// Takes for granted that a process holds as much memory as is asked about.
    pub fn memory(_process: u32) -> u64 {
        u64::MAX
    }
}
