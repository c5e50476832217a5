// What the page knows and shows, for the type checker alone; not embedded.

import type { roomActions } from '../js/actions/room.js';
import type { siteActions } from '../js/actions/site.js';
import type { connect } from '../js/connection.js';
import type { Page } from '../js/page.js';
import type { Choice } from '../js/import/stories.js';
import type { Estimate, FinishedRound, Limits, Mark, Member, Room, Story } from './protocol.js';

/** The user's own estimate; `id` is the request that is still to be answered. */
export interface OwnEstimate {
  round: number;
  value: string | null;
  comment: string;
  id?: string;
}

/** How the connection is. */
export interface ConnectionStatus {
  phase: 'connecting' | 'open' | 'waiting' | 'stopped';
  /** When the next attempt is due, in milliseconds since 1970. */
  retryAt?: number;
  tries?: number;
  code?: number;
}

/** What is known: it changes by events alone, see state.js. */
export interface State {
  connection: ConnectionStatus;
  me: ({ id: string; name: string; named: boolean } & Mark) | null;
  limits: Limits;
  /** The server's clock minus this one, in milliseconds. */
  skew: number;
  roomId: string | null;
  room: Room | null;
  version: number | null;
  /** A patch did not fit: the room has to be asked for as a whole. */
  rejoin: boolean;
  own: OwnEstimate | null;
  picked: OwnEstimate | null;
  /** The user's own estimates of topics to come, by topicId; null for one that is no more. */
  ahead: Record<number, Estimate | null>;
  /** Why the user is not in the room they asked for. */
  gone: string | null;
  outdated: boolean;
  /** The finished rounds that have been asked for, oldest first, and whether there are older ones. */
  history: FinishedRound[] | null;
  /** How often the history had been changed when it came. */
  historyVersion: number;
  more: boolean;
  /** When the revealed round was seen to be hidden again. */
  hiddenAt: number | null;
  /** The value of each user that was first seen revealed in this round. */
  seen: Map<string, string>;
}

export interface Toast {
  id: number;
  text: string;
  undo?: () => void;
}

export interface Visit {
  id: string;
  topic: string;
  at: number;
}

/** What has been typed about a topic to come: its reason, or its value. */
export type AheadField = `ahead:${number}` | `aheadValue:${number}`;

/** What the user is in the middle of. */
export interface Ui {
  dialog: string | null;
  /** What has been typed and not yet been sent, by field. */
  drafts: Partial<
    Record<'code' | 'comment' | 'deck' | 'emoji' | 'free' | 'name' | 'topic' | 'topics' | AheadField, string>
  >;
  toasts: Toast[];
  /** The keys typed so far of a card. */
  typed: string;
  /** The user has a name, or does not want to be asked for one now. */
  named: boolean;
  theme: string;
  visits: Visit[];
  /** Until when a second click does nothing, in milliseconds since 1970. */
  heldUntil: number;
  forgotten: boolean | null;
  /** A room is being created. */
  creating: boolean;
  /** Why the code that was typed leads nowhere. */
  codeFault: string | null;
  /** What the user is asked to confirm. */
  confirming: string | null;
  /** The card in the tab order. */
  focusedCard: string | null;
  /** The user changes their estimate of a revealed round. */
  changing: boolean;
  /** The offer of a room the user does not want to see any more. */
  declinedOffer: string | null;
  /** The user id of the member whose dialog is open. */
  personId: string | null;
  /** The topics as they stand while one of them is dragged, and its place. */
  topicOrder: Story[] | null;
  /** What the user has said about what they have pasted. */
  importChoice: Choice;
  draggedTopic: number | null;
  /** The topic to come that the user is estimating, by topicId; undefined until they choose one. */
  aheadOpen?: number | null;
  /** Estimates of topics to come that are on their way, by topicId. */
  aheadSent: Record<number, Estimate | null>;
  /** A phone shows the whole scale. */
  allCards: boolean;
  /** The user id of the member whose long comment is shown whole. */
  longComment: string | null;
  /** The round in which the user was told that only they are missing. */
  nudged: number | null;
  /** The finished round whose agreed value is being changed; null for the current one. */
  amending: number | null;
  /** The kind of file that the results are to be saved as. */
  resultFile: string;
  /** The last topic of a list is done, and none has come since. */
  listDone: boolean;
  /** The link has just been copied. */
  copied: boolean;
  /** Why the server refused a name, as a code. */
  nameFault: string | null;
  /** Why the server refused a colour or an emoji, as a code. */
  markFault: string | null;
}

export type Connection = ReturnType<typeof connect>;
export type SiteActions = ReturnType<typeof siteActions>;
export type RoomActions = ReturnType<typeof roomActions>;

/** The page in a room, when what only a room needs has been loaded. */
export type RoomPage = Page & { state: State & { room: Room }; roomActions: RoomActions };

/** A member as the views show them; see members.js. */
export type Person = Member & { id: string; owner: boolean; tag: string; called: string };

/** An estimate of the revealed round with its user. */
export interface Vote {
  id: string;
  name: string;
  value: string;
  comment: string;
}

/** Properties of an element as h() takes them. */
export interface Props {
  [handler: `on${string}`]: ((event: any) => unknown) | null | undefined;
  [attribute: string]: any;
}

/** The description of an element. */
export interface Element {
  tag: string;
  props: Props;
  kids: Child[];
}

/** What an element may contain. A hole keeps its place. */
export type Child = Element | { view: () => Child } | Child[] | string | number | boolean | null | undefined;
