import type { AST } from "@eslint-community/regexpp";
import { type CharacterSet, setOf } from "./characters.ts";

/**
 * A regular expression as the automaton of its positions (Glushkov): a state for each place where a character is taken, an edge
 * where one may follow another. Edges count: two ways to make one step are two, so what is repeated within a repetition shows.
 */
export interface Automaton {
  readonly sets: readonly CharacterSet[];
  /** By state: the states that may follow, one as often as there are ways. */
  readonly follows: readonly (readonly number[])[];
}

/** States of one automaton: what is decided about it costs the square, for pairs of repetitions the third power. */
const MAX_STATES = 256;
/** A counted repetition is written out up to so many times; beyond, it is taken for an endless one. */
const MAX_COPIES = 8;
const MAX_SIMPLE_COPIES = 64;

interface Piece {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly nullable: boolean;
}

const NOTHING: Automaton = { sets: [], follows: [] };
const EMPTY: Piece = { first: [], last: [], nullable: true };

/** Or why there is none: it is too large, or what it matches is not told by its positions (back references, and the like). */
export function automatonOf(pattern: AST.Pattern): Automaton | "too_large" | "undecided" {
  const sets: CharacterSet[] = [];
  const follows: number[][] = [];
  let undecided = false;
  let full = false;
  let loops = false;

  const state = (set: CharacterSet): Piece => {
    if (sets.length >= MAX_STATES) {
      full = true;
      return EMPTY;
    }
    sets.push(set);
    follows.push([]);
    return { first: [sets.length - 1], last: [sets.length - 1], nullable: false };
  };
  const link = (from: readonly number[], to: readonly number[]): void => {
    for (const each of from) follows[each]?.push(...to);
  };
  const sequence = (a: Piece, b: Piece): Piece => {
    link(a.last, b.first);
    return {
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...b.last, ...a.last] : b.last,
      nullable: a.nullable && b.nullable,
    };
  };
  const either = (a: Piece, b: Piece): Piece => ({
    first: [...a.first, ...b.first],
    last: [...a.last, ...b.last],
    nullable: a.nullable || b.nullable,
  });
  const optional = (piece: Piece): Piece => ({ ...piece, nullable: true });
  const loop = (piece: Piece): Piece => {
    link(piece.last, piece.first);
    return piece;
  };

  const alternatives = (list: readonly AST.Alternative[]): Piece =>
    list.map((each) => each.elements.map(element).reduce(sequence, EMPTY)).reduce(either);

  function element(node: AST.Element): Piece {
    if (undecided) return EMPTY;
    switch (node.type) {
      case "Character":
      case "CharacterSet":
      case "CharacterClass":
        return state(setOf(node));
      case "Group":
      case "CapturingGroup":
        return alternatives(node.alternatives);
      case "Assertion":
        // What a look-around matches is matched on its own; where it stands nothing is taken.
        if (node.kind === "lookahead" || node.kind === "lookbehind") alternatives(node.alternatives);
        return EMPTY;
      case "Quantifier":
        return repeated(node);
      default:
        undecided = true;
        return EMPTY;
    }
  }

  function repeated({ element: of, min, max }: AST.Quantifier): Piece {
    const once = (): Piece => element(of);
    if (max === 0) return EMPTY;
    const most = isSimple(of) ? MAX_SIMPLE_COPIES : MAX_COPIES;
    if (max <= most) {
      // From the end: the one after is taken only where the one before it was.
      let piece = EMPTY;
      for (let count = max; count > 0; count--) piece = count > min ? optional(sequence(once(), piece)) : sequence(once(), piece);
      return piece;
    }
    loops = true;
    const piece = once();
    // Nothing, so and so many times: the ways to choose which are not seen in a loop.
    if (piece.nullable && max !== Number.POSITIVE_INFINITY) undecided = true;
    return min === 0 ? optional(loop(piece)) : loop(piece);
  }

  alternatives(pattern.alternatives);
  if (full && loops) return "too_large";
  // Without a loop there is nothing to go round in, however many words it lists.
  return full ? NOTHING : undecided ? "undecided" : { sets, follows };
}

/** One character, or a row of them: writing it out more often cannot be read in several ways. */
function isSimple(node: AST.QuantifiableElement): boolean {
  if (node.type === "Character" || node.type === "CharacterSet" || node.type === "CharacterClass") return true;
  return (
    (node.type === "Group" || node.type === "CapturingGroup") &&
    node.alternatives.length === 1 &&
    node.alternatives.every(
      ({ elements }) =>
        elements.length > 0 &&
        elements.length < 9 &&
        elements.every((each) => each.type === "Character" || each.type === "CharacterSet" || each.type === "CharacterClass"),
    )
  );
}
