//! Passes bytes between libpq, on a local socket, and a server, over TLS.

use super::dial::{DialError, Target, dial};
use data_encoding::HEXLOWER;
use std::io;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::client::TlsStream;

/// Makes `<host>/.s.PGSQL.<port>` of libpq's parameters the name of the socket.
pub const PORT: u16 = 1;
/// How long libpq may take to connect to our own socket.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest message that is read as a whole: those before a session is authenticated.
const MAX_MESSAGE: u32 = 100_000;
/// First byte of the server's messages about authentication, and the code of its list of mechanisms.
const AUTHENTICATION: u8 = b'R';
const SASL: [u8; 4] = [0, 0, 0, 10];

/// Connections are made in blocking tasks, in commands and while the program starts: they need a
/// runtime that is none of these.
static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(1).thread_name("postgres-tls").enable_all().build()
});

/// Connects to a server; returns the host that libpq must be given, for one connection.
pub fn open(target: Target) -> Result<String, DialError> {
    let failed =
        |error: &io::Error| DialError::Bridge(io::Error::new(error.kind(), error.to_string()));
    let runtime = RUNTIME.as_ref().map_err(failed)?;
    let (tell, told) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        let opened = serve(target).await;
        let _ = tell.send(opened);
    });
    told.recv().unwrap_or_else(|error| Err(DialError::Bridge(io::Error::other(error))))
}

async fn serve(target: Target) -> Result<String, DialError> {
    let server = dial(&target).await?;
    let (host, listener) = listen().map_err(DialError::Bridge)?;
    tokio::spawn(async move {
        // Whichever side fails, libpq sees a closed connection.
        if let Err(error) = pass(listener, server).await {
            tracing::debug!(%error, "a connection to PostgreSQL was cut");
        }
    });
    Ok(host)
}

/// A socket with a name that no file has and nobody can guess.
fn listen() -> io::Result<(String, UnixListener)> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let name = format!("vestibule-{}", HEXLOWER.encode(&random));
    let listener = UnixListener::bind(format!("\0{name}/.s.PGSQL.{PORT}"))?;
    Ok((format!("@{name}"), listener))
}

async fn pass(listener: UnixListener, mut server: TlsStream<TcpStream>) -> io::Result<()> {
    let mut client = tokio::time::timeout(ACCEPT_TIMEOUT, accept(listener)).await??;
    let startup = read_message(&mut client).await?;
    write_message(&mut server, None, &startup).await?;
    loop {
        let kind = server.read_u8().await?;
        let mut message = read_message(&mut server).await?;
        if kind == AUTHENTICATION {
            message = without_channel_binding(message);
        }
        write_message(&mut client, Some(kind), &message).await?;
        if kind == AUTHENTICATION {
            break;
        }
    }
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// The connection of our own process: the namespace of these sockets belongs to the whole machine.
async fn accept(listener: UnixListener) -> io::Result<UnixStream> {
    let ours = i32::try_from(std::process::id()).ok();
    loop {
        let (client, _) = listener.accept().await?;
        if client.peer_cred()?.pid() == ours {
            return Ok(client);
        }
    }
}

/// libpq refuses a server that offers `SCRAM-SHA-256-PLUS` on a connection without TLS, which this one
/// seems to be. The certificate is checked all the same.
fn without_channel_binding(message: Vec<u8>) -> Vec<u8> {
    let Some(mechanisms) = message.strip_prefix(&SASL) else { return message };
    let kept = mechanisms.split(|byte| *byte == 0);
    let kept = kept.filter(|name| !name.is_empty() && !name.ends_with(b"-PLUS"));
    let list = kept.flat_map(|name| [name, &[0]].concat());
    SASL.into_iter().chain(list).chain([0]).collect()
}

/// A message without its kind: a length, which includes itself, and as many bytes.
async fn read_message(from: &mut (impl AsyncReadExt + Unpin)) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let body = length.checked_sub(4).filter(|body| *body <= MAX_MESSAGE);
    let body =
        body.and_then(|body| usize::try_from(body).ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut message = vec![0; body];
    from.read_exact(&mut message).await?;
    Ok(message)
}

async fn write_message(
    to: &mut (impl AsyncWriteExt + Unpin),
    kind: Option<u8>,
    message: &[u8],
) -> io::Result<()> {
    let length = u32::try_from(message.len() + 4).map_err(io::Error::other)?;
    let kind: Vec<u8> = kind.into_iter().collect();
    to.write_all(&[&kind, &length.to_be_bytes()[..], message].concat()).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_mechanisms_offered_those_with_channel_binding_are_left_out() {
        let offer = |names: &[u8]| [&SASL[..], names].concat();
        let kept = without_channel_binding(offer(b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"));
        assert_eq!(kept, offer(b"SCRAM-SHA-256\0\0"));
        assert_eq!(without_channel_binding(vec![0, 0, 0, 0]), [0, 0, 0, 0], "trusted without one");
    }
}
