//! Programs that everybody has, judged as pairs: nothing is wrong with them.

use std::env;
use std::path::Path;

use support::each;

use crate::harness::checker;

/// A server and a client, the programs that they need, and what is typed.
struct Pair {
    needs: &'static [&'static str],
    server: &'static str,
    client: &'static str,
    typed: &'static [&'static str],
}

const PAIRS: &[Pair] = &[
    Pair {
        needs: &["python3", "curl"],
        server: "python3 -m http.server --bind {host} {port}",
        client: "curl --silent --show-error http://{address}/",
        typed: &[],
    },
    Pair {
        needs: &["redis-server", "redis-cli"],
        server: "redis-server --bind {host} --port {port} --save ''",
        client: "redis-cli -h {host} -p {port}",
        typed: &["SET greeting 'good morning'", "GET greeting", "PING"],
    },
    Pair {
        needs: &["socat"],
        server: "socat TCP-LISTEN:{port},bind={host},reuseaddr,fork EXEC:cat",
        client: "socat - TCP:{address}",
        typed: &["a long line with an é", "short"],
    },
    Pair {
        needs: &["socat", "nc"],
        server: "socat TCP-LISTEN:{port},bind={host},reuseaddr,fork EXEC:cat",
        client: "nc -N {host} {port}",
        typed: &["a long line with an é", "short"],
    },
];

/// Tells whether a program is installed. With `SOCKET_STEPS_REQUIRE_PEERS` set, as in the
/// project's own checks, it must be.
fn is_installed(name: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&paths).any(|folder| Path::new(&folder).join(name).is_file());
    assert!(found || env::var_os("SOCKET_STEPS_REQUIRE_PEERS").is_none(), "{name} is missing");
    if !found {
        support::skipped(&format!("{name} is not installed, and not judged"));
    }
    found
}

#[test]
#[ignore = "takes a while"]
fn those_that_everybody_has_pass() {
    let installed = PAIRS.iter().filter(|pair| pair.needs.iter().all(|name| is_installed(name)));
    each(installed, |pair| {
        let words = ["pair", "--server", pair.server, "--client", pair.client];
        let typed = pair.typed.iter().flat_map(|line| ["--type", line]);
        let judged = checker(words.into_iter().chain(typed));
        assert_eq!(judged.ids("FAILED "), [""; 0], "{}: {}", pair.client, judged.stdout);
        assert_eq!(judged.status, Some(0), "{}: {}", pair.client, judged.stderr);
    });
}
