//! What a program does with the processor and the memory, as far as the system tells.

use std::time::Duration;

/// What a program was doing when it was looked at.
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
    /// Looks at one process. `None` where the system does not tell, or it is gone.
    #[cfg(target_os = "linux")]
    pub fn of(process: u32) -> Option<Self> {
        linux::look(process, false)
    }

    /// Looks at a process and those that it started, all taken together. `None` where the system
    /// does not tell, or it is gone.
    #[cfg(target_os = "linux")]
    pub fn of_all(process: u32) -> Option<Self> {
        linux::look(process, true)
    }

    /// Looks at one process. This system does not tell who sleeps.
    #[cfg(not(target_os = "linux"))]
    pub fn of(_process: u32) -> Option<Self> {
        None
    }

    /// Looks at a process and those that it started. This system does not tell who sleeps.
    #[cfg(not(target_os = "linux"))]
    pub fn of_all(_process: u32) -> Option<Self> {
        None
    }
}

/// How many bytes of memory a process and those that it started hold. `None` where the system does
/// not tell, or it is gone.
#[cfg(target_os = "linux")]
pub fn memory(process: u32) -> Option<u64> {
    Activity::of_all(process).map(|activity| activity.memory)
}

#[cfg(target_os = "linux")]
pub use linux::children;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::memory;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    use super::Activity;

    /// What /proc counts processor time in: a hundred to a second on every usual Linux
    /// (sysconf(3), _SC_CLK_TCK).
    const TICK: Duration = Duration::from_millis(10);

    pub fn look(process: u32, with_children: bool) -> Option<Activity> {
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
            add(process, &mut activity);
            if with_children {
                processes.extend(children(process));
            }
        }
        Some(activity)
    }

    /// The processes that a process has started and that still are its children.
    pub fn children(process: u32) -> Vec<u32> {
        let lists = threads(process)
            .map(|thread| fs::read_to_string(thread.join("children")).unwrap_or_default());
        lists
            .flat_map(|list| {
                list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
            })
            .collect()
    }

    fn threads(process: u32) -> impl Iterator<Item = PathBuf> {
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
        threads.flatten().map(|thread| thread.path())
    }

    /// Adds what one process does. One that has just gone adds nothing.
    fn add(process: u32, activity: &mut Activity) {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name, in parentheses, may hold spaces. User and system time are the 12th and
        // 13th field after it.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = fields.split_whitespace().skip(11).take(2);
        activity.processor_time += TICK * ticks.filter_map(|t| t.parse::<u32>().ok()).sum();

        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let kilobytes = field(&status, "VmRSS:").trim_end_matches(" kB").parse::<u64>();
        activity.memory += kilobytes.unwrap_or_default() << 10;

        let descriptors = fs::read_dir(format!("/proc/{process}/fd"));
        activity.descriptors += descriptors.map_or(0, |open| open.count() as u64);

        for thread in threads(process) {
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            let state = field(&status, "State:").chars().next();
            // One that has ended, but has not been waited for, does nothing either.
            activity.asleep &= matches!(state, None | Some('S' | 'Z' | 'X'));
            activity.paused &= matches!(state, None | Some('T' | 't' | 'Z' | 'X'));
            let pauses = field(&status, "voluntary_ctxt_switches:");
            activity.pauses += pauses.parse::<u64>().unwrap_or_default();
        }
    }

    fn field<'a>(status: &'a str, name: &str) -> &'a str {
        status.lines().find_map(|line| line.strip_prefix(name)).map_or("", str::trim)
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

    /// How many bytes of memory a process and those that it started hold. `None` where the system
    /// does not tell, or it is gone.
    pub fn memory(process: u32) -> Option<u64> {
        let mut system = System::new().ok()?;
        let wanted = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
        let first = system.process(Pid::from_u32(process))?;
        Some(descendants(&system, first).into_iter().map(Process::memory).sum())
    }

    /// A process, and those that it has started.
    fn descendants<'a>(system: &'a System, process: &'a Process) -> Vec<&'a Process> {
        let mut found = vec![process];
        let mut known = 0;
        while let Some(&parent) = found.get(known) {
            known += 1;
            found.extend(system.processes().values().filter(|child| {
                // A number is given out again: a child is no older than its parent.
                child.parent() == Some(parent.pid()) && child.start_time() >= parent.start_time()
            }));
        }
        found
    }
}
