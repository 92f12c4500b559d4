//! Where the server is, and how to come by a connection to it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use redis::cluster::{ClusterClient, ClusterConnection, ClusterPipeline};
use redis::{
    Cmd, Connection, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, Pipeline,
    RedisConnectionInfo, RedisError, Script, Value, cmd,
};

use super::tls;
use crate::secret::Secret;

/// A server, or some nodes of a cluster, and what it takes to be let in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RedisAddress {
    pub(crate) place: Place,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) database: i64,
    /// For a connection, and for each reply.
    pub(crate) timeout: Duration,
    /// Found out at the first connection.
    is_cluster: bool,
}

/// Where it listens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    /// Hosts and ports: further ones are other nodes of the same cluster.
    Net {
        nodes: Vec<(String, u16)>,
        tls: Option<tls::Files>,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

/// A connection.
pub(super) enum Wire {
    One(Box<Connection>),
    Cluster(Box<ClusterConnection>),
}

impl RedisAddress {
    pub(crate) fn new(place: Place, timeout: Duration) -> Self {
        Self {
            place,
            user: None,
            password: None,
            database: 0,
            timeout,
            is_cluster: false,
        }
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    /// It is a cluster, also where it may not be asked.
    pub(super) fn found_cluster(&mut self) {
        self.is_cluster = true;
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Connects, and has the server know the script.
    pub(super) fn connect(&mut self, script: &Script) -> Result<Wire, RedisError> {
        let mut wire = self.connect_somewhere()?;
        script.load(wire.connection())?;
        Ok(wire)
    }

    fn connect_somewhere(&mut self) -> Result<Wire, RedisError> {
        let infos = self.infos()?;
        if self.is_cluster {
            return self.connect_cluster(infos);
        }
        let until = Instant::now() + self.timeout;
        let mut last = None;
        for info in &infos {
            let left = until.saturating_duration_since(Instant::now());
            match self.connect_one(info, left.max(Duration::from_millis(1))) {
                Ok(mut connection) => {
                    self.is_cluster = is_cluster(&mut connection);
                    if !self.is_cluster {
                        return Ok(Wire::One(Box::new(connection)));
                    }
                    return self.connect_cluster(infos);
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| (ErrorKind::InvalidClientConfig, "no address").into()))
    }

    fn connect_one(
        &self,
        info: &ConnectionInfo,
        within: Duration,
    ) -> Result<Connection, RedisError> {
        let client = tls::client(info.clone(), self.tls())?;
        let connection = client.get_connection_with_timeout(within)?;
        connection.set_read_timeout(Some(self.timeout))?;
        connection.set_write_timeout(Some(self.timeout))?;
        Ok(connection)
    }

    fn connect_cluster(&self, infos: Vec<ConnectionInfo>) -> Result<Wire, RedisError> {
        let builder = ClusterClient::builder(infos)
            .retries(2)
            .connection_timeout(self.timeout / 2)
            .response_timeout(self.timeout);
        let client = tls::cluster(builder, self.tls())?.build()?;
        Ok(Wire::Cluster(Box::new(client.get_connection()?)))
    }

    fn tls(&self) -> Option<&tls::Files> {
        match &self.place {
            Place::Net { tls, .. } => tls.as_ref(),
            Place::Unix(_) => None,
        }
    }

    fn infos(&self) -> Result<Vec<ConnectionInfo>, RedisError> {
        let mut settings = RedisConnectionInfo::default().set_db(self.database);
        if let Some(user) = &self.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &self.password {
            settings = settings.set_password(password.read()?);
        }
        let with = |address: ConnectionAddr| {
            let info = address.into_connection_info()?;
            Ok(info.set_redis_settings(settings.clone()))
        };
        match &self.place {
            Place::Unix(path) => Ok(vec![with(ConnectionAddr::Unix(path.clone()))?]),
            Place::Net { nodes, tls } => {
                let address = |(host, port): &(String, u16)| match tls {
                    None => ConnectionAddr::Tcp(host.clone(), *port),
                    Some(_) => ConnectionAddr::TcpTls {
                        host: host.clone(),
                        port: *port,
                        insecure: false,
                        tls_params: None,
                    },
                };
                nodes.iter().map(address).map(with).collect()
            }
        }
    }
}

impl Wire {
    fn connection(&mut self) -> &mut dyn redis::ConnectionLike {
        match self {
            Self::One(connection) => &mut **connection,
            Self::Cluster(connection) => &mut **connection,
        }
    }

    /// Sends commands together, and takes a reply for each; where `is_one`, as one transaction if that
    /// can be.
    pub(super) fn run(
        &mut self,
        commands: &[Cmd],
        is_one: bool,
    ) -> Result<Vec<Result<Value, RedisError>>, RedisError> {
        match self {
            Self::One(connection) => {
                let mut pipeline = Pipeline::with_capacity(commands.len());
                for command in commands {
                    pipeline.add_command(command.clone());
                }
                if is_one && commands.len() > 1 {
                    pipeline.atomic();
                }
                pipeline.ignore_errors().query(&mut **connection)
            }
            Self::Cluster(connection) => {
                let mut pipeline = ClusterPipeline::with_capacity(commands.len());
                for command in commands {
                    pipeline.add_command(command.clone());
                }
                let replies: Vec<Value> = pipeline.query(connection)?;
                Ok(replies.into_iter().map(Ok).collect())
            }
        }
    }
}

/// Whether the server is a node of a cluster. One that does not say so is none; where that is wrong,
/// it will say `MOVED`.
fn is_cluster(connection: &mut Connection) -> bool {
    let info: Result<String, _> = cmd("INFO").arg("cluster").query(connection);
    info.is_ok_and(|info| info.contains("cluster_enabled:1"))
}
