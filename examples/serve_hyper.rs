//! `/metrics` by hyper alone, in a runtime of one's own: `serve_hyper [ADDRESS]`.

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use ppc::expose::MetricsService;
use ppc::metric;

metric! {
    /// Connections taken.
    static CONNECTIONS: Counter {}
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:9100".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/metrics", listener.local_addr()?);

    let metrics = MetricsService::new(ppc::registry());
    loop {
        let (stream, _) = listener.accept().await?;
        CONNECTIONS.inc();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), metrics.clone());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("{error}");
            }
        });
    }
}
