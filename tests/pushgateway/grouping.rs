//! Groups of every awkward name, made and found by the gateway as they were meant.

use std::collections::BTreeMap;

use ppc::{
    Gauge, Pushgateway, Registry, delete_from_gateway, instance_ip_grouping_key, push_to_gateway,
};

use crate::support::awkward::TEXTS;
use crate::support::pushgateway::Server;

fn registry() -> Registry {
    let registry = Registry::new();
    Gauge::builder("a_b").register(&registry).unwrap().set(1);
    registry
}

#[test]
fn k14_the_gateway_reads_each_value_as_it_was() {
    let (server, registry) = (Server::start(), registry());
    for text in TEXTS
        .into_iter()
        .chain([".", "..", "a/b", "/", "a//b/", "=", "@base64", "100%"])
    {
        let gateway = Pushgateway::new(server.address().to_string()).grouping("key", text);
        push_to_gateway(&gateway, "j", &registry)
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let groups = server.groups();
        let [group] = &groups[..] else {
            panic!("{text:?}: {groups:?}")
        };
        let expected = [("job", "j"), ("key", text)];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(group.labels, BTreeMap::from(expected));
        delete_from_gateway(&gateway, "j").unwrap();
        server.wait_for_groups(0);
    }
}

#[test]
fn k14_jobs_too() {
    let (server, registry) = (Server::start(), registry());
    for job in TEXTS
        .into_iter()
        .filter(|job| !job.is_empty())
        .chain(["my/job", "..", "/"])
    {
        let gateway = server.address().to_string();
        push_to_gateway(&gateway, job, &registry)
            .unwrap_or_else(|error| panic!("{job:?}: {error}"));
        let groups = server.groups();
        let [group] = &groups[..] else {
            panic!("{job:?}: {groups:?}")
        };
        assert_eq!(group.labels["job"], job);
        delete_from_gateway(&gateway, job).unwrap();
        server.wait_for_groups(0);
    }
}

#[test]
fn k14_the_url_is_as_users_write_it() {
    let (server, registry) = (Server::start(), registry());
    let address = server.address();
    for url in [
        address.to_string(),
        format!("{address}/"),
        format!("http://{address}"),
        format!("HTTP://{address}///"),
        format!("pushgateway+http://{address}/"),
    ] {
        push_to_gateway(&url, "j", &registry).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(server.groups().len(), 1, "{url}");
        server.wipe();
    }
}

#[test]
fn k18_the_outward_address_is_a_grouping_key() {
    let (server, registry) = (Server::start(), registry());
    let (name, ip) = instance_ip_grouping_key();
    let gateway = Pushgateway::new(server.address().to_string()).grouping(name, &ip);
    push_to_gateway(&gateway, "j", &registry).unwrap();
    assert_eq!(server.groups()[0].labels["instance"], ip);
}

#[test]
fn keys_that_cannot_be_are_found_before_anything_is_sent() {
    let (server, registry) = (Server::start(), registry());
    let gateway = || Pushgateway::new(server.address().to_string());
    for (gateway, job, named) in [
        (gateway(), "", "`job`"),
        (gateway().grouping("job", "x"), "j", "`job`"),
        (gateway().grouping("a-b", "x"), "j", "`a-b`"),
        (gateway().grouping("__name__", "x"), "j", "`__name__`"),
        (gateway().grouping("a@base64", "x"), "j", "`a@base64`"),
        (gateway().grouping("a/b", "x"), "j", "`a/b`"),
    ] {
        for error in [
            push_to_gateway(&gateway, job, &registry).unwrap_err(),
            delete_from_gateway(&gateway, job).unwrap_err(),
        ] {
            assert!(
                error.is_setting() && error.to_string().contains(named),
                "{error}"
            );
        }
    }
    assert!(server.groups().is_empty());
}
