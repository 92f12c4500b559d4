//! `/metrics` beside the routes of an axum application: `serve_axum [ADDRESS]`.

use axum::Router;
use axum::routing::get;
use ppc::expose::MetricsService;
use ppc::metric;

metric! {
    /// Greetings said.
    static GREETINGS: Counter {}
}

async fn greet() -> &'static str {
    GREETINGS.inc();
    "hello\n"
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:9100".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/metrics", listener.local_addr()?);

    let metrics = MetricsService::new(ppc::registry());
    let routes = Router::new()
        .route("/", get(greet))
        .route_service("/metrics", metrics);
    axum::serve(listener, routes).await
}
