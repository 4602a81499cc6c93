//! What a program does with the processor, as far as the system tells.

use std::time::Duration;

/// What a program was doing when it was looked at, all its processes taken together.
pub struct Activity {
    /// All its threads sleep: they wait for something.
    pub asleep: bool,
    /// All its threads are stopped.
    pub paused: bool,
    /// How often its threads have gone to sleep so far. While it stands still, they did nothing.
    pub pauses: u64,
    /// How much processor time it has used so far.
    pub processor_time: Duration,
    /// How many bytes of memory it holds.
    pub memory: u64,
    /// How many descriptors it has open.
    pub descriptors: u64,
}

impl Activity {
    /// Looks at a program: a process and those that it started. `None` where the system does
    /// not tell.
    #[cfg(target_os = "linux")]
    pub fn of(process: u32) -> Option<Self> {
        linux::look(process)
    }

    /// Looks at a program. This system does not tell.
    #[cfg(not(target_os = "linux"))]
    pub fn of(_process: u32) -> Option<Self> {
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::time::Duration;

    use super::Activity;

    /// What /proc counts processor time in: a hundred to a second on every usual Linux
    /// (sysconf(3), _SC_CLK_TCK).
    const TICK: Duration = Duration::from_millis(10);

    /// The size of a page of memory. Where pages are larger, a program holds more than we say.
    const PAGE: u64 = 4096;

    pub fn look(process: u32) -> Option<Activity> {
        let mut activity = Activity {
            asleep: true,
            paused: true,
            pauses: 0,
            processor_time: Duration::ZERO,
            memory: 0,
            descriptors: 0,
        };
        fs::metadata(format!("/proc/{process}")).ok()?;
        let mut processes = vec![process];
        while let Some(process) = processes.pop() {
            add(process, &mut activity, &mut processes);
        }
        Some(activity)
    }

    /// Adds what one process does, and finds its children. One that has just gone adds nothing.
    fn add(process: u32, activity: &mut Activity, processes: &mut Vec<u32>) {
        let folder = format!("/proc/{process}");
        let stat = fs::read_to_string(format!("{folder}/stat")).unwrap_or_default();
        // The name, in parentheses, may hold spaces. User and system time are the 12th and
        // 13th field after it, the pages in memory the 22nd.
        let fields: Vec<_> =
            stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace().collect();
        let number = |position: usize| -> u64 {
            fields.get(position).and_then(|field| field.parse().ok()).unwrap_or_default()
        };
        let ticks = u32::try_from(number(11) + number(12)).unwrap_or(u32::MAX);
        activity.processor_time += TICK * ticks;
        activity.memory += number(21) * PAGE;
        activity.descriptors +=
            fs::read_dir(format!("{folder}/fd")).map_or(0, |open| open.count() as u64);

        let threads = fs::read_dir(format!("{folder}/task")).into_iter().flatten().flatten();
        for thread in threads.map(|thread| thread.path()) {
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            let field = |name: &str| {
                status.lines().find_map(|line| line.strip_prefix(name)).map_or("", str::trim)
            };
            let state = field("State:").chars().next();
            // One that has ended, but has not been waited for, does nothing either.
            activity.asleep &= matches!(state, None | Some('S' | 'Z' | 'X'));
            activity.paused &= matches!(state, None | Some('T' | 't' | 'Z' | 'X'));
            activity.pauses += field("voluntary_ctxt_switches:").parse::<u64>().unwrap_or_default();

            let children = fs::read_to_string(thread.join("children")).unwrap_or_default();
            processes.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
    }
}
