//! What is served while a function runs, from text, numbers and expressions.

use ppc::expose::Server;
use ppc::push_metrics;

#[push_metrics(serve = ":9100", linger = 30, enabled = false)]
fn by_text() -> u8 {
    1
}

#[push_metrics(serve = *address, linger = wait.checked_mul(2).unwrap_or(wait), enabled = false)]
fn by_arguments(address: &str, wait: u32) -> u8 {
    u8::try_from(address.len()).unwrap_or_default() + u8::from(wait == 2)
}

#[push_metrics(
    serve = Server::new("[::1]:0").basic_auth("user", "password"),
    linger = "1m30s",
    influx_udp = "localhost:8089",
    period = 5,
    enabled = false
)]
async fn beside<T: Into<u8> + Send + 'static>(value: T) -> u8 {
    value.into()
}

struct Job {
    address: String,
}

impl Job {
    #[push_metrics(crate = ::ppc, serve = format!("127.0.0.1:{}", self.address), enabled = false)]
    fn run(&self) -> Result<u8, std::num::ParseIntError> {
        self.address.parse()
    }
}

fn main() {
    let job = Job {
        address: "4".to_owned(),
    };
    let sum = by_text() + by_arguments("ab", 2) + futures_executor::block_on(beside(3));
    assert_eq!(sum + job.run().unwrap(), 11);
}
