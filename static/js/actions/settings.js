/** @import {State} from '../../types/page.js' */
/** @typedef {{value: any, agreed?: State['room']}} Choice and the room that was shown when the server agreed */

/**
 * What the user sets. The last choice is shown from when it is made until the server
 * refuses it, or shows what has come of it: no answer to an earlier one, and nothing
 * that others do meanwhile, turns it back.
 *
 * @param {{state: Pick<State, 'roomId' | 'room'>, set: (changes: {}) => void}} page
 */
export function settings(page) {
  /** @type {Map<string, Choice>} */
  const choices = new Map();

  const keyOf = (/** @type {string} */ setting) => `${page.state.roomId} ${setting}`;

  return {
    /**
     * Shows a choice and asks for it; true when it was granted.
     *
     * @param {string} setting
     * @param {any} value
     * @param {() => Promise<boolean>} ask
     */
    async choose(setting, value, ask) {
      const key = keyOf(setting);
      /** @type {Choice} */
      const choice = { value };
      choices.set(key, choice);
      page.set({});
      const granted = await ask();
      if (choices.get(key) !== choice) return granted;
      if (granted) choice.agreed = page.state.room;
      else choices.delete(key);
      page.set({});
      return granted;
    },

    /**
     * What to show of a setting: the user's choice, or else what is known of it.
     *
     * @template T
     * @param {string} setting
     * @param {T} known
     * @returns {T}
     */
    chosen(setting, known) {
      const choice = choices.get(keyOf(setting));
      return choice && [undefined, page.state.room].includes(choice.agreed) ? choice.value : known;
    },
  };
}
