use super::*;
use crate::domain::client_address::ClientAddress;
use tokio::sync::oneshot::error::TryRecvError;

fn from(address: &str, is_known: bool) -> Waiter {
    let address: ClientAddress = address.parse().unwrap();
    Waiter { network: Some(address.widest_network()), is_known }
}

/// A queue of one core whose only turn is taken.
async fn busy() -> (HashQueue, Turn) {
    let queue = HashQueue::new(1, Metrics::default());
    let turn = queue.wait(Waiter::default()).await.unwrap();
    (queue, turn)
}

fn join(queue: &HashQueue, waiter: Waiter) -> Result<oneshot::Receiver<Turn>, Fault> {
    lock(&queue.lines).join(waiter)
}

/// How many of these still wait.
fn waiting(receivers: &mut [oneshot::Receiver<Turn>]) -> usize {
    let waits = |receiver: &mut oneshot::Receiver<Turn>| {
        matches!(receiver.try_recv(), Err(TryRecvError::Empty))
    };
    receivers.iter_mut().map(waits).filter(|waits| *waits).count()
}

#[tokio::test]
async fn in_a_full_line_a_network_with_fewer_places_takes_one_of_the_network_with_the_most() {
    let (queue, _turn) = busy().await;
    let flood = (0..300).map(|n| join(&queue, from(&format!("2001:db8:1:{n}::1"), false)));
    let mut flood: Vec<_> = flood.filter_map(Result::ok).collect();
    assert_eq!(flood.len(), 40, "a network alone may have all places");
    let many = (0..20).map(|n| join(&queue, from(&format!("198.51.100.{n}"), false)).unwrap());
    let mut many: Vec<_> = many.collect();
    assert_eq!((waiting(&mut flood), waiting(&mut many)), (20, 20));
    assert!(join(&queue, from("2001:db8:1::1", false)).is_err(), "the flood takes nobody's place");
    assert!(waiting(&mut flood[..20]) == 20, "those that came last went first");
    let second = (0..100).map(|_| join(&queue, from("203.0.113.1", false)));
    let mut second: Vec<_> = second.filter_map(Result::ok).collect();
    assert_eq!(waiting(&mut second), waiting(&mut flood), "two floods share what is left");
    assert_eq!(waiting(&mut many), 20, "and displace nobody who waits for one hash");
    assert!(join(&queue, from("2001:db8:1::1", true)).is_ok(), "the other line is its own");
}

#[tokio::test]
async fn the_networks_of_a_line_take_turns() {
    let (queue, turn) = busy().await;
    let mut flood: Vec<_> =
        (0..40).map(|_| join(&queue, from("192.0.2.1", false)).unwrap()).collect();
    let mut visitor = join(&queue, from("192.0.2.2", false)).unwrap();
    drop(turn);
    drop(flood.remove(0).try_recv().unwrap());
    assert!(visitor.try_recv().is_ok(), "a newcomer waits for one hash of the flood");
}

#[tokio::test]
async fn the_lines_take_turns_and_each_is_first_come_first_served() {
    let (queue, turn) = busy().await;
    let mut others: Vec<_> =
        (0..4).map(|_| join(&queue, from("192.0.2.1", false)).unwrap()).collect();
    let mut known: Vec<_> =
        (0..2).map(|_| join(&queue, from("192.0.2.2", true)).unwrap()).collect();
    let mut served = Vec::new();
    let mut turn = Some(turn);
    for _ in 0..6 {
        drop(turn.take());
        let next = |line: &mut Vec<oneshot::Receiver<Turn>>| {
            let at = line.iter_mut().position(|waiting| !waiting.is_empty())?;
            line.remove(at).try_recv().ok().map(|turn| (at, turn))
        };
        let (name, (at, taken)) = next(&mut known)
            .map(|t| ("known", t))
            .or_else(|| next(&mut others).map(|t| ("other", t)))
            .unwrap();
        assert_eq!(at, 0, "the first of its line");
        served.push(name);
        turn = Some(taken);
    }
    assert_eq!(served, ["known", "other", "known", "other", "other", "other"]);
}

#[tokio::test]
async fn those_that_disconnect_free_their_places_and_lose_no_turn() {
    let (queue, turn) = busy().await;
    for _ in 0..1_000 {
        drop(join(&queue, from("192.0.2.1", false)).unwrap());
    }
    let waiting = join(&queue, from("192.0.2.1", false)).unwrap();
    drop(join(&queue, from("192.0.2.1", false)).unwrap());
    drop(turn);
    let turn = waiting.await.unwrap();
    assert!(!queue.is_waiting() || lock(&queue.lines).free == 0);
    drop(turn);
    assert_eq!(lock(&queue.lines).free, 1, "the turn is free again");
    drop(queue.wait(Waiter::default()).await.unwrap());
}

/// Dropping one turn inside the other would overflow the stack of the thread that hashed.
#[tokio::test]
async fn a_turn_passes_any_number_of_requests_that_are_gone() {
    let (queue, turn) = busy().await;
    for _ in 0..100_000 {
        lock(&queue.lines).others.push(None, oneshot::channel().0);
    }
    drop(turn);
    let lines = lock(&queue.lines);
    assert_eq!((lines.free, lines.is_waiting()), (1, false));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_longer_than_two_seconds_is_refused() {
    let (queue, _turn) = busy().await;
    let began = tokio::time::Instant::now();
    let refused = queue.wait(Waiter::default()).await;
    assert!(matches!(refused, Err(Fault::Overloaded(_))));
    assert_eq!(began.elapsed().as_secs(), 2);
}
