//! Taking connections, and the end of that.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::exchange::Exchange;
use super::serving::Serving;
use super::table::Table;
use crate::log::{self, Level};

/// After an error that is not of one connection: descriptors may come free in the meantime.
const PAUSE: Duration = Duration::from_millis(50);

const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Serves until it is told to stop, and then what is under way.
pub(super) async fn serve(
    listener: TcpListener,
    serving: Arc<Serving>,
    stopped: watch::Receiver<bool>,
) {
    let table = Arc::new(Table::default());
    // Closed when the last connection has dropped its end.
    let (open, mut all_closed) = mpsc::channel::<()>(1);
    let mut stop = stopped.clone();
    let mut stop = pin!(stop.wait_for(|stopped| *stopped));
    loop {
        let accepted = poll_fn(|context| match stop.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => listener.poll_accept(context).map(Some),
        });
        match accepted.await {
            None => break,
            Some(Ok((stream, _))) => {
                if table.len() >= serving.limits.connections {
                    // What was accepted before has its turn, and may turn out to be a request.
                    yield_now().await;
                    if table.len() >= serving.limits.connections && !table.make_room() {
                        refuse(&stream, &serving);
                        continue;
                    }
                }
                let exchange = Exchange::new(Arc::clone(&serving.progress), serving.limits);
                let exchange = Arc::new(exchange);
                let ticket = table.enter(&exchange);
                let id = ticket.id();
                let connection = Connection {
                    serving: Arc::clone(&serving),
                    exchange,
                    stopped: stopped.clone(),
                };
                let open = open.clone();
                let task = tokio::spawn(async move {
                    connection.run(stream).await;
                    drop((ticket, open));
                });
                table.runs(id, task.abort_handle());
            }
            Some(Err(error)) if is_of_connection(&error) => {}
            Some(Err(error)) => {
                let message = format_args!("no connection can be accepted: {error}");
                log::tell(Level::Warn, "serve: accept", message);
                // It may be the descriptors that our own connections have.
                table.make_room();
                sleep(PAUSE).await;
            }
        }
    }
    drop((listener, open));
    let _ = timeout(serving.limits.stop_timeout, all_closed.recv()).await;
}

/// The client gave up before we came to it.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

fn refuse(stream: &TcpStream, serving: &Serving) {
    let message = format_args!(
        "a connection is refused: all {} are waiting for an answer or taking one",
        serving.limits.connections
    );
    log::tell(Level::Warn, "serve: connections", message);
    if serving.tls.is_none() {
        // There is room in a new socket, and nothing to do where there is none.
        let _ = stream.try_write(BUSY);
    }
}
