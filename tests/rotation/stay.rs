//! How long a thief stays: cycles and longest paths in the graph of all that can happen.

use crate::search::{Action, search};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};
use std::collections::HashSet;

/// What an action means for the question how long a thief stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    Nothing,
    TimePasses,
    OwnerGains,
    OwnerIsRefused,
    ThiefGains,
}

impl Effect {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The most times that the owner gains anything before the thief does for the last time; none if he
/// never does.
type Most = Option<u32>;

pub struct Stay<'g, S, A> {
    graph: &'g DiGraph<S, A>,
    effect: fn(&S, &A) -> Effect,
    /// Of each node, the number of its strongly connected component.
    component: Vec<usize>,
    /// Of each component, what can happen within it again and again, and what after it.
    within: Vec<u8>,
    most: Vec<Most>,
}

impl<'g, S, A: Action> Stay<'g, S, A> {
    pub fn new(graph: &'g DiGraph<S, A>, effect: fn(&S, &A) -> Effect) -> Self {
        let mut stay = Self {
            graph,
            effect,
            component: vec![usize::MAX; graph.node_count()],
            within: Vec::new(),
            most: Vec::new(),
        };
        // A component comes after all that can be reached from it.
        for nodes in kosaraju_scc(graph) {
            stay.add(&nodes);
        }
        stay
    }

    fn add(&mut self, nodes: &[NodeIndex]) {
        let number = self.most.len();
        for node in nodes {
            self.component[node.index()] = number;
        }
        let (mut within, mut most) = (0, None);
        for ((_, effect), target) in nodes.iter().flat_map(|node| self.actions(*node)) {
            let component = self.component[target.index()];
            let is_within = component == number;
            let after = if is_within { None } else { self.most[component] };
            within |= if is_within { effect.bit() } else { 0 };
            most = most.max(match effect {
                Effect::OwnerGains => after.map(|count| count + 1),
                Effect::ThiefGains => after.max(Some(0)),
                Effect::Nothing | Effect::TimePasses | Effect::OwnerIsRefused => after,
            });
        }
        self.within.push(within);
        self.most.push(most);
    }

    /// A run in which the owner gains something again and again, as long as you like, and the thief
    /// does so too or at least afterwards.
    pub fn endless(&self) -> Option<String> {
        let round = Effect::TimePasses.bit() | Effect::OwnerGains.bit();
        let number = (0..self.most.len())
            .find(|n| self.within[*n] & round == round && self.most[*n].is_some())?;
        let is_inside = |node: NodeIndex| self.component[node.index()] == number;
        let effects = self.within[number] & !Effect::Nothing.bit();
        let first = self.graph.node_indices().find(|node| is_inside(*node))?;
        self.run_around(first, effects, |_, _, next| is_inside(next))
    }

    /// A run in which the thief gains something again and again, and the owner would be refused
    /// whenever time passes, so that not even the owner's luck can end it.
    pub fn endless_lock_out(&self) -> Option<String> {
        let is_refused = |node: NodeIndex| {
            self.actions(node).any(|((_, effect), _)| effect == Effect::OwnerIsRefused)
        };
        let refused: Vec<bool> = self.graph.node_indices().map(is_refused).collect();
        let follows =
            |node: NodeIndex, effect| effect != Effect::TimePasses || refused[node.index()];
        let locked_out = EdgeFiltered::from_fn(self.graph, |edge| {
            follows(edge.source(), (self.effect)(&self.graph[edge.source()], edge.weight()))
        });
        let round = Effect::TimePasses.bit() | Effect::ThiefGains.bit();
        kosaraju_scc(&locked_out).into_iter().find_map(|nodes| {
            let inside: HashSet<NodeIndex> = nodes.iter().copied().collect();
            let first = nodes.into_iter().min()?;
            self.run_around(first, round, |node, effect, next| {
                follows(node, effect) && inside.contains(&next)
            })
        })
    }

    /// The shortest run to a node, and from there once around with all these effects, if there is
    /// such a way.
    fn run_around(
        &self,
        first: NodeIndex,
        effects: u8,
        follows: impl Fn(NodeIndex, Effect, NodeIndex) -> bool,
    ) -> Option<String> {
        let around = search((first, 0), usize::MAX, |(node, seen)| {
            self.actions(*node)
                .filter(|((_, effect), next)| follows(*node, *effect, *next))
                .map(|((action, effect), next)| (action, (next, seen | effect.bit())))
                .collect()
        });
        let around = around.run_to(|(node, seen)| *node == first && seen & effects == effects)?;
        let to = search(NodeIndex::new(0), usize::MAX, |node| {
            self.actions(*node).map(|((action, _), next)| (action, next)).collect()
        });
        let to = to.run_to(|node| *node == first)?;
        Some(format!("{to} again and again: {around}"))
    }

    /// The most times that the owner gains anything before the thief does for the last time. Only
    /// where nothing is endless.
    pub fn most(&self) -> Most {
        self.most[self.component[0]]
    }

    /// The shortest run with the most.
    pub fn longest_run(&self) -> Option<String> {
        let start = (NodeIndex::new(0), self.most()?, false);
        let runs = search(start, usize::MAX, |(node, left, _)| {
            let actions = self.actions(*node);
            actions.filter_map(|(action, next)| self.follow(action, next, *left)).collect()
        });
        runs.run_to(|(_, left, gained)| *left == 0 && *gained)
    }

    /// Follows an action if the owner can gain `left` times from there.
    fn follow(
        &self,
        (action, effect): (A, Effect),
        next: NodeIndex,
        left: u32,
    ) -> Option<(A, (NodeIndex, u32, bool))> {
        let gained = effect == Effect::ThiefGains;
        let left = if effect == Effect::OwnerGains { left.checked_sub(1)? } else { left };
        let possible = gained && left == 0 || self.most[self.component[next.index()]] >= Some(left);
        possible.then_some((action, (next, left, gained)))
    }

    fn actions(
        &self,
        node: NodeIndex,
    ) -> impl Iterator<Item = ((A, Effect), NodeIndex)> + use<'_, 'g, S, A> {
        let state = &self.graph[node];
        self.graph
            .edges(node)
            .map(move |edge| ((*edge.weight(), (self.effect)(state, edge.weight())), edge.target()))
    }
}
