//! The programs, and where they listen or whom they call unless told otherwise.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::package::Package;

/// The entry of `[package.metadata.addresses]` that holds for a package's other programs.
const DEFAULT: &str = "default";

/// What the name of a faulty program begins with; the name of the sound one follows.
const FAULTY: &str = "faulty-";

/// A program of the workspace.
#[derive(Clone)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Where it listens or whom it calls unless told otherwise. Not every program has an address.
    pub address: Option<SocketAddr>,
}

impl Program {
    /// The programs of a package. `[package.metadata.addresses]` of its `Cargo.toml` has their
    /// default addresses: by the names of the programs, then `default` for the others; an empty
    /// one for a program that has none.
    ///
    /// # Errors
    ///
    /// An address that is not IP:PORT, or that of a program that is not there.
    pub fn of_package(package: &Package) -> anyhow::Result<Vec<Self>> {
        Self::read(package).with_context(|| {
            format!("{}: package.metadata.addresses", package.manifest_path.display())
        })
    }

    fn read(package: &Package) -> anyhow::Result<Vec<Self>> {
        let addresses = package.metadata.get("addresses");
        let addresses: BTreeMap<String, String> =
            addresses.map(BTreeMap::deserialize).transpose()?.unwrap_or_default();
        for name in addresses.keys() {
            ensure!(
                name == DEFAULT || package.programs().any(|program| program == name),
                "there is no program `{name}`"
            );
        }
        let read = |name: &str| {
            let address = addresses.get(name).or_else(|| addresses.get(DEFAULT));
            let address = address.filter(|address| !address.is_empty()).map(|address| {
                address.parse().with_context(|| format!("`{address}` is not IP:PORT"))
            });
            Ok(Self { name: name.into(), address: address.transpose()? })
        };
        package.programs().map(read).collect()
    }
}

/// A faulty program has the address of the sound one that it stands in for.
pub fn share_addresses(programs: &mut [Program]) {
    let known: BTreeMap<_, _> =
        programs.iter().map(|program| (program.name.clone(), program.address)).collect();
    for program in programs {
        let sound = program.name.strip_prefix(FAULTY).and_then(|name| known.get(name));
        program.address = program.address.or(sound.copied().flatten());
    }
}
