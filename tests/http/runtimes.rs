//! Every kind of runtime around a push, and none.

use ppc::{Push, Registry, push_to_gateway, push_to_gateway_async};

use super::{gauge, influx, push};
use crate::support::script::Server;

fn registry() -> Registry {
    let registry = Registry::new();
    gauge(&registry).set(1);
    registry
}

fn current_thread() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn multi_thread() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn the_functions_work_in_and_outside_runtimes() {
    let server = Server::answering(|_, _| 200.into());
    let (address, registry) = (server.address().to_string(), registry());
    push_to_gateway(&address, "j", &registry).unwrap();
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            push_to_gateway(&address, "j", &registry).unwrap();
            push_to_gateway_async(&address, "j", &registry)
                .await
                .unwrap();
        });
    }
    futures_executor::block_on(push_to_gateway_async(&address, "j", &registry)).unwrap();
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn f02_a_push_works_in_and_outside_runtimes_that_never_get_a_turn() {
    for runtime in [None, Some(current_thread()), Some(multi_thread())] {
        let (server, registry) = (Server::answering(|_, _| 204.into()), registry());
        let job = async {
            let pushed = push(influx(&server), &registry)
                .period(0.01)
                .run_async(async {
                    // The body never yields, and so the runtime does nothing else.
                    server.wait_for(|requests| requests.len() >= 3);
                    5
                });
            assert_eq!(pushed.await, 5);
        };
        match &runtime {
            None => futures_executor::block_on(job),
            Some(runtime) => runtime.block_on(job),
        }
    }
}

#[test]
fn f02_a_task_of_the_runtime_pushes_over_http_too() {
    for runtime in [current_thread(), multi_thread()] {
        let (server, registry) = (Server::answering(|_, _| 204.into()), registry());
        runtime.block_on(async {
            let push: Push = push(influx(&server), &registry).period(0.01).task(true);
            let job = async {
                while server.requests().len() < 3 {
                    tokio::task::yield_now().await;
                }
            };
            push.run_async(job).await;
        });
        assert!(server.requests().len() >= 4);
    }
}

#[test]
fn a_future_that_is_dropped_gives_its_request_up() {
    let server = Server::answering(|_, _| crate::support::script::Answer::Hang);
    let (address, registry) = (server.address().to_string(), registry());
    current_thread().block_on(async {
        let call = push_to_gateway_async(&address, "j", &registry);
        let seen = async {
            while server.requests().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = call => panic!("the server hangs"),
            () = seen => {}
        }
    });
}
