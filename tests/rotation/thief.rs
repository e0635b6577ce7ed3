//! A thief with perfect luck: everything that he and the owner of a session can do.
//!
//! He copies the owner's tokens once, at any moment (somebody who reads the owner's cookies all the
//! time cannot be told from the owner). He chooses when both act and which answers are lost, uses
//! access tokens or not, and presents the copy or anything he was given. The owner sends one request
//! at a time.

use crate::is_long;
use crate::record::{Record, Rules, Token};
use crate::search::{self, graph};
use crate::server::Answer;
use crate::stay::{Effect, Stay};
use std::fmt;
use vestibule::domain::Span;

/// Tokens of one generation differ in who got them. That is enough: the owner's browser holds one
/// token of a generation, the thief has a copy of that one at most, and of several of his own he
/// presents always the same one.
const OWNERS: i16 = 1;
const THIEFS: i16 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    record: Record,
    /// Generation of the owner's refresh token.
    owner: i16,
    /// For how many steps the owner's access token is good.
    access: i16,
    answer: Option<Cookies>,
    thief: Option<Thief>,
}

/// An answer on its way to the owner; a kept one has no refresh token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Cookies {
    generation: Option<i16>,
    age: i16,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Thief {
    /// Generation of the copied refresh token.
    copy: i16,
    /// Generations of which he was given one himself, a bit each.
    own: u32,
}

impl Thief {
    fn owns(self, generation: i16) -> bool {
        self.own & 1 << generation != 0
    }

    fn holds(self, generation: i16) -> bool {
        self.copy == generation || self.owns(generation)
    }

    /// Whether all he has is older than the parent: that yields nothing any more.
    fn is_out(self, record: &Record) -> bool {
        self.copy < record.parent && self.own >> record.parent == 0
    }
}

#[derive(Clone, Copy)]
enum Action {
    TimePasses(i64),
    OwnerUsesAccessToken,
    OwnerRefreshes(Answer),
    OwnerIsRefused,
    AnswerArrives,
    AnswerIsLost,
    ThiefCopies,
    ThiefUsesAccessToken,
    ThiefPresentsCopy(Answer),
    ThiefPresentsOwn(Answer),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::TimePasses(seconds) => write!(f, "{seconds} s pass"),
            Action::OwnerUsesAccessToken => f.write_str("owner uses access token"),
            Action::OwnerRefreshes(answer) => write!(f, "owner: {answer}"),
            Action::OwnerIsRefused => f.write_str("owner is refused"),
            Action::AnswerArrives => f.write_str("answer arrives"),
            Action::AnswerIsLost => f.write_str("answer is lost"),
            Action::ThiefCopies => f.write_str("THEFT"),
            Action::ThiefUsesAccessToken => f.write_str("THIEF uses access token"),
            Action::ThiefPresentsCopy(answer) => write!(f, "THIEF with the copy: {answer}"),
            Action::ThiefPresentsOwn(answer) => write!(f, "THIEF with his own: {answer}"),
        }
    }
}

impl search::Action for Action {
    fn seconds(&self) -> i64 {
        if let Action::TimePasses(seconds) = self { *seconds } else { 0 }
    }
}

/// A renewal, or gain, is an answer with new tokens: of the owner when it arrives, of the thief at
/// once; a kept one with an access token alone counts as well. Using an access token is no gain,
/// because it yields no other.
fn effect(state: &State, action: &Action) -> Effect {
    match action {
        Action::TimePasses(_) => Effect::TimePasses,
        Action::OwnerIsRefused => Effect::OwnerIsRefused,
        Action::AnswerArrives if state.thief.is_some() => Effect::OwnerGains,
        Action::ThiefPresentsCopy(_) | Action::ThiefPresentsOwn(_) => Effect::ThiefGains,
        _ => Effect::Nothing,
    }
}

type Next = Vec<(Action, State)>;

struct Model {
    rules: Rules,
    /// For how many steps an answer may be on its way.
    leg: i16,
    lost_answers: bool,
    /// Whether the owner refreshes also while the access token is good, as a script may.
    early_refreshes: bool,
}

impl Model {
    fn first(&self) -> State {
        State {
            record: self.rules.first(),
            owner: 1,
            access: self.rules.access_steps(),
            answer: None,
            thief: None,
        }
    }

    fn successors(&self, state: &State) -> Next {
        let mut next = Next::new();
        match state.thief {
            None => next.push((Action::ThiefCopies, copied(state))),
            Some(thief) if thief.is_out(&state.record) => return next,
            Some(thief) => self.thief_acts(state, thief, &mut next),
        }
        self.owner_acts(state, &mut next);
        self.time_passes(state, &mut next);
        for (_, state) in &mut next {
            Self::renumber(state);
        }
        next
    }

    /// Presents the copy, or one of his own. Whatever ends the session is of no use to him.
    fn thief_acts(&self, state: &State, thief: Thief, next: &mut Next) {
        if thief.holds(state.record.generation) {
            // Of this generation he may have an access token as well.
            let mut state = *state;
            state.record.confirmed = true;
            next.push((Action::ThiefUsesAccessToken, state));
        }
        let mut present = |action: fn(Answer) -> Action, generation, leaf| {
            let mut state = *state;
            let answer = self.rules.refresh(&mut state.record, Token { generation, leaf });
            if answer.has_refresh_token() {
                let own = thief.own | 1 << state.record.generation;
                state.thief = Some(Thief { own, ..thief });
            }
            if answer.has_access_token() {
                next.push((action(answer), state));
            }
        };
        present(Action::ThiefPresentsCopy, thief.copy, OWNERS);
        for generation in state.record.parent..=state.record.generation {
            if thief.owns(generation) {
                present(Action::ThiefPresentsOwn, generation, THIEFS);
            }
        }
    }

    fn owner_acts(&self, state: &State, next: &mut Next) {
        if state.access > 0 {
            let mut state = *state;
            state.record.confirmed |= state.owner == state.record.generation;
            next.push((Action::OwnerUsesAccessToken, state));
        }
        if let Some(cookies) = state.answer {
            let state = State { answer: None, ..*state };
            let (owner, access) = (cookies.generation, self.rules.access_steps() - cookies.age);
            let arrived = State { owner: owner.unwrap_or(state.owner), access, ..state };
            next.push((Action::AnswerArrives, arrived));
            if self.lost_answers {
                next.push((Action::AnswerIsLost, state));
            }
        } else if state.access == 0 || self.early_refreshes {
            let before = *state;
            let mut state = *state;
            let token = Token { generation: state.owner, leaf: OWNERS };
            let answer = self.rules.refresh(&mut state.record, token);
            if answer == Answer::Stale {
                next.push((Action::OwnerIsRefused, before));
            }
            let generation = answer.has_refresh_token().then_some(state.record.generation);
            state.answer = Some(Cookies { generation, age: 0 });
            if answer.has_access_token() {
                next.push((Action::OwnerRefreshes(answer), state));
            }
        }
    }

    fn time_passes(&self, state: &State, next: &mut Next) {
        if state.answer.is_some_and(|cookies| cookies.age == self.leg) {
            return;
        }
        let mut state = *state;
        self.rules.tick(&mut state.record);
        state.access = (state.access - 1).max(0);
        state.answer = state.answer.map(|cookies| Cookies { age: cookies.age + 1, ..cookies });
        next.push((Action::TimePasses(self.rules.step_seconds()), state));
    }

    fn renumber(state: &mut State) {
        let (parent, generation) = (state.record.parent, state.record.generation);
        let number = Rules::renumber(&mut state.record);
        state.owner = number(state.owner);
        if let Some(Cookies { generation: Some(generation), .. }) = &mut state.answer {
            *generation = number(*generation);
        }
        if let Some(thief) = &mut state.thief {
            let useful = (parent..=generation).filter(|generation| thief.owns(*generation));
            let own = useful.fold(0, |own, generation| own | 1 << number(generation));
            *thief = Thief { copy: number(thief.copy), own };
        }
    }
}

/// The theft: he has what the owner's browser has.
fn copied(state: &State) -> State {
    State { thief: Some(Thief { copy: state.owner, own: 0 }), ..*state }
}

struct Case {
    access: Span,
    step: Span,
    /// The most renewals of the owner up to the thief's last gain.
    most: u32,
}

fn cases() -> Vec<Case> {
    let case = |minutes, step, most| Case {
        access: Span::minutes(minutes),
        step: Span::seconds(step),
        most,
    };
    if is_long() {
        // An access token is accepted for 65 s: to a step of 20 s that is 80 s, to one of 10 s 70 s.
        vec![case(15, 10, 1), case(5, 10, 2), case(3, 10, 3), case(1, 10, 9)]
    } else {
        vec![case(15, 20, 1), case(5, 20, 2), case(3, 20, 3), case(1, 20, 7)]
    }
}

fn check(early_refreshes: bool, lost_answers: bool) {
    let leg = if is_long() { 2 } else { 0 };
    for Case { access, step, most } in cases() {
        let model = Model { rules: Rules::new(access, step), leg, lost_answers, early_refreshes };
        let graph = graph(model.first(), |state| model.successors(state));
        let (states, actions) = (graph.node_count(), graph.edge_count());
        println!("a thief, access tokens of {access}: {states} states, {actions} actions");
        let stay = Stay::new(&graph, effect);
        assert_eq!(stay.endless(), None, "access tokens of {access}");
        assert_eq!(stay.endless_lock_out(), None, "access tokens of {access}");
        if !early_refreshes {
            let run = || stay.longest_run();
            assert_eq!(stay.most(), Some(most), "access tokens of {access}: {:?}", run());
        }
    }
}

#[test]
fn a_thief_is_shut_out_after_a_few_renewals_of_the_owner() {
    check(false, false);
}

#[test]
fn a_thief_is_shut_out_though_answers_are_lost() {
    check(false, true);
}

#[test]
fn a_thief_is_shut_out_though_a_script_refreshes_at_any_time() {
    check(true, true);
}
