//! An owner alone: everything that can happen to a browser with up to two requests and two answers
//! under way, each for at most 40 s. Any answer may be lost, answers may overtake each other, and a
//! script may refresh although the access token is good.

use crate::is_long;
use crate::record::{Record, Rules, Token};
use crate::search::{self, search};
use crate::server::Answer;
use std::fmt;
use vestibule::domain::Span;

/// For how many steps a request or an answer may be under way.
const LEG: i16 = 2;
const UNDER_WAY: usize = 2;
/// A leaf that nothing has yet.
const NEW_LEAF: i16 = 100;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    record: Record,
    refresh: Token,
    access: Option<AccessToken>,
    requests: [Option<Request>; UNDER_WAY],
    answers: [Option<Cookies>; UNDER_WAY],
    /// Refused for good, although nobody else has the tokens.
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct AccessToken {
    /// For how many steps it is good.
    left: i16,
    /// Whether it is of the current generation and the first use of that is still to come: only then
    /// its use changes the record.
    confirms: bool,
}

/// With an access token it is a page, without one a refresh.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Request {
    refresh: Token,
    access: Option<AccessToken>,
    age: i16,
}

/// The cookies of an answer; a kept one has no refresh token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Cookies {
    refresh: Option<Token>,
    access: AccessToken,
    age: i16,
}

#[derive(Clone, Copy)]
enum Action {
    TimePasses(i64),
    PageSent,
    RefreshSent,
    AccessTokenAccepted,
    Answered(Answer),
    AnsweredButLost(Answer),
    Refused(Answer),
    AnswerArrives,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::TimePasses(seconds) => write!(f, "{seconds} s pass"),
            Action::PageSent => f.write_str("page sent"),
            Action::RefreshSent => f.write_str("refresh sent"),
            Action::AccessTokenAccepted => f.write_str("page: access token accepted"),
            Action::AnsweredButLost(answer) => write!(f, "request arrives: {answer}, lost"),
            Action::Answered(answer) | Action::Refused(answer) => {
                write!(f, "request arrives: {answer}")
            }
            Action::AnswerArrives => f.write_str("answer arrives"),
        }
    }
}

impl search::Action for Action {
    fn seconds(&self) -> i64 {
        if let Action::TimePasses(seconds) = self { *seconds } else { 0 }
    }
}

type Next = Vec<(Action, State)>;

struct Model {
    rules: Rules,
}

impl Model {
    fn first(&self) -> State {
        let mut state = State {
            record: self.rules.first(),
            refresh: Token { generation: 1, leaf: 0 },
            access: Some(self.new_access_token()),
            requests: [None; UNDER_WAY],
            answers: [None; UNDER_WAY],
            ended: false,
        };
        Self::normalise(&mut state);
        state
    }

    fn new_access_token(&self) -> AccessToken {
        AccessToken { left: self.rules.access_steps(), confirms: true }
    }

    fn successors(&self, state: &State) -> Next {
        let mut next = Next::new();
        if state.ended {
            return next;
        }
        send(state, &mut next);
        for slot in 0..UNDER_WAY {
            self.request_arrives(*state, slot, &mut next);
            answer_arrives(*state, slot, &mut next);
        }
        self.time_passes(*state, &mut next);
        for (_, state) in &mut next {
            Self::normalise(state);
        }
        next
    }

    fn request_arrives(&self, mut state: State, slot: usize, next: &mut Next) {
        let Some(request) = state.requests[slot].take() else { return };
        if let Some(access) = request.access {
            state.record.confirmed |= access.confirms;
            next.push((Action::AccessTokenAccepted, state));
            return;
        }
        let before = state.record.generation;
        let answer = self.rules.refresh(&mut state.record, request.refresh);
        if state.record.generation != before {
            state.access_tokens().for_each(|access| access.confirms = false);
        }
        state.ended = matches!(answer, Answer::Ended | Answer::Invalid);
        if !answer.has_access_token() {
            next.push((Action::Refused(answer), state));
            return;
        }
        next.push((Action::AnsweredButLost(answer), state));
        let new = Token { generation: state.record.generation, leaf: NEW_LEAF };
        let refresh = answer.has_refresh_token().then_some(new);
        let cookies = Cookies { refresh, access: self.new_access_token(), age: 0 };
        if put(&mut state.answers, cookies) {
            next.push((Action::Answered(answer), state));
        }
    }

    fn time_passes(&self, mut state: State, next: &mut Next) {
        let requests = state.requests.iter_mut().flatten().map(|request| &mut request.age);
        for age in requests.chain(state.answers.iter_mut().flatten().map(|answer| &mut answer.age))
        {
            if *age == LEG {
                return;
            }
            *age += 1;
        }
        self.rules.tick(&mut state.record);
        state.access_tokens().for_each(|access| access.left -= 1);
        let is_good = |access: &AccessToken| access.left > 0;
        state.access = state.access.filter(is_good);
        for request in state.requests.iter_mut().flatten() {
            request.access = request.access.filter(is_good);
        }
        next.push((Action::TimePasses(self.rules.step_seconds()), state));
    }

    /// Makes states equal that differ in nothing that matters: what a request does not use, numbers of
    /// generations and leaves, and the order of what is under way.
    fn normalise(state: &mut State) {
        if state.record.confirmed {
            state.access_tokens().for_each(|access| access.confirms = false);
        }
        state.requests.iter_mut().for_each(forget_unused);
        let number = Rules::renumber(&mut state.record);
        state.refresh_tokens().for_each(|token| token.generation = number(token.generation));
        state.sort();
        rename_leaves(state);
        state.sort();
    }
}

impl State {
    fn access_tokens(&mut self) -> impl Iterator<Item = &mut AccessToken> {
        let requests = self.requests.iter_mut().flatten();
        let answers = self.answers.iter_mut().flatten();
        self.access
            .iter_mut()
            .chain(requests.filter_map(|request| request.access.as_mut()))
            .chain(answers.map(|answer| &mut answer.access))
    }

    fn refresh_tokens(&mut self) -> impl Iterator<Item = &mut Token> {
        let requests = self.requests.iter_mut().flatten();
        let answers = self.answers.iter_mut().flatten();
        [&mut self.refresh]
            .into_iter()
            .chain(requests.map(|request| &mut request.refresh))
            .chain(answers.filter_map(|answer| answer.refresh.as_mut()))
    }

    fn sort(&mut self) {
        self.requests.sort_unstable();
        self.answers.sort_unstable();
    }
}

fn send(state: &State, next: &mut Next) {
    let page = Request { refresh: state.refresh, access: state.access, age: 0 };
    let refresh = Request { access: None, ..page };
    let mut sent = *state;
    if state.access.is_some() && put(&mut sent.requests, page) {
        next.push((Action::PageSent, sent));
    }
    let mut sent = *state;
    if put(&mut sent.requests, refresh) {
        next.push((Action::RefreshSent, sent));
    }
}

fn answer_arrives(mut state: State, slot: usize, next: &mut Next) {
    let Some(cookies) = state.answers[slot].take() else { return };
    state.refresh = cookies.refresh.unwrap_or(state.refresh);
    state.access = Some(cookies.access);
    next.push((Action::AnswerArrives, state));
}

/// Puts into a free place, if there is one.
fn put<T>(places: &mut [Option<T>], new: T) -> bool {
    let free = places.iter_mut().find(|place| place.is_none());
    free.map(|place| *place = Some(new)).is_some()
}

/// An access token that cannot expire on the way makes the refresh token meaningless, and if its use
/// does not change the record the whole request.
fn forget_unused(place: &mut Option<Request>) {
    let Some(request) = place else { return };
    let Some(access) = &mut request.access else { return };
    let longest = LEG - request.age + 1;
    if access.left < longest {
        return;
    }
    access.left = longest;
    request.refresh = Token { generation: 1, leaf: 0 };
    if !access.confirms {
        *place = None;
    }
}

/// Of the parent only one leaf is known to the record; of the current generation all are compared
/// with one another after the next rotation; others are never compared.
fn rename_leaves(state: &mut State) {
    const PARENT: i16 = 1;
    const NOT_PARENT: i16 = 2;
    const CURRENT: i16 = 3;
    let record = state.record;
    let mut current = Vec::new();
    for token in state.refresh_tokens() {
        token.leaf = if token.generation == record.generation {
            if !current.contains(&token.leaf) {
                current.push(token.leaf);
            }
            let at = current.iter().position(|leaf| *leaf == token.leaf);
            CURRENT + i16::try_from(at.unwrap()).unwrap()
        } else if token.generation == record.parent {
            if Some(token.leaf) == record.parent_leaf { PARENT } else { NOT_PARENT }
        } else {
            0
        };
    }
    state.record.parent_leaf = record.parent_leaf.map(|_| PARENT);
}

fn check(access: Span) {
    // All states are found with 5 to 24 million of them.
    let limit = if is_long() { usize::MAX } else { 300_000 };
    let model = Model { rules: Rules::new(access, Span::seconds(20)) };
    let found = search(model.first(), limit, |state| model.successors(state));
    println!("an owner alone, access tokens of {access}: {} states", found.len());
    assert_eq!(found.run_to(|state| state.ended), None, "access tokens of {access}");
    assert!(found.complete || found.len() >= limit);
}

#[test]
fn no_owner_alone_is_ended() {
    for minutes in [15, 5, 3, 1] {
        check(Span::minutes(minutes));
    }
}
