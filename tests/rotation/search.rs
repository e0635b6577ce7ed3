//! Everything that can happen: all states that can be reached, breadth first.

use indexmap::IndexMap;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::hash::Hash;

pub trait Action: Copy + Display {
    /// How much time passes; none with most actions.
    fn seconds(&self) -> i64;
}

/// The states found, each with the state and the action by which it was found.
pub struct Search<S, A> {
    states: IndexMap<S, Option<(usize, A)>>,
    /// Whether all states were found, and not only as many as were asked for.
    pub complete: bool,
}

/// Follows all actions from `first`, until there is nothing new or there are `limit` states.
pub fn search<S: Clone + Eq + Hash, A: Action>(
    first: S,
    limit: usize,
    successors: impl Fn(&S) -> Vec<(A, S)>,
) -> Search<S, A> {
    let mut states = IndexMap::from([(first, None)]);
    let mut followed = 0;
    while followed < states.len() && states.len() < limit {
        for (action, state) in successors(states.get_index(followed).unwrap().0) {
            states.entry(state).or_insert(Some((followed, action)));
        }
        followed += 1;
    }
    Search { complete: followed == states.len(), states }
}

impl<S, A: Action> Search<S, A> {
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// The shortest run to such a state, in words.
    pub fn run_to(&self, is_it: impl Fn(&S) -> bool) -> Option<String> {
        let mut at = self.states.keys().position(is_it)?;
        let mut actions = Vec::new();
        while let Some((before, action)) = self.states[at] {
            actions.push(action);
            at = before;
        }
        let (mut seconds, mut run) = (0, String::new());
        for action in actions.iter().rev() {
            match action.seconds() {
                0 => write!(run, "[{seconds}s {action}] ").unwrap(),
                step => seconds += step,
            }
        }
        Some(format!("{run}({seconds}s)"))
    }
}

/// All states as a graph. `first` is its first node.
pub fn graph<S: Clone + Eq + Hash, A: Action>(
    first: S,
    successors: impl Fn(&S) -> Vec<(A, S)>,
) -> DiGraph<S, A> {
    let mut graph = DiGraph::new();
    let mut nodes = HashMap::from([(first.clone(), graph.add_node(first))]);
    let mut followed = 0;
    while followed < graph.node_count() {
        let node = NodeIndex::new(followed);
        for (action, state) in successors(&graph[node]) {
            let node_of = |state: &S| graph.add_node(state.clone());
            let next = *nodes.entry(state).or_insert_with_key(node_of);
            graph.add_edge(node, next, action);
        }
        followed += 1;
    }
    graph
}
