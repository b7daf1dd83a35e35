/**
 * Where the options of a field come from: its `options`, or a server, which the preview asks (`dynamicOptions`).
 *
 * @import { Option, Property } from "../workbench-data.js"
 *
 * @typedef {object} OptionSource
 * @property {(search: string) => Promise<Option[]>} find rejects with a sentence that is fit to be shown
 * @property {(values: unknown[]) => Promise<Option[]>} ofValues the options of chosen values
 */

/**
 * @param {string} type the widget's
 * @param {Property} property
 * @returns {OptionSource}
 */
export function optionSource(type, property) {
  const { options, dynamicOptions, name } = property;
  if (options) {
    return {
      find: async (search) => options.filter((option) => holds(option, search)),
      ofValues: async (values) => options.filter(({ value }) => values.includes(value)),
    };
  }
  const address = `/_preview/options/${encodeURIComponent(type)}/${encodeURIComponent(name)}`;
  /** @type {Promise<Option[]> | null} all of them, where the server does not search */
  let all = null;
  return {
    async find(search) {
      if (dynamicOptions?.isAsyncSearch) return asked(address, new URLSearchParams({ q: search }));
      all ??= asked(address, new URLSearchParams({ q: "" })).catch((reason) => {
        all = null;
        throw reason;
      });
      return (await all).filter((option) => holds(option, search));
    },
    async ofValues(values) {
      if (values.length === 0) return [];
      return asked(address, new URLSearchParams(values.map((value) => ["value", String(value)])));
    },
  };
}

/**
 * @param {Option} option
 * @param {string} search
 */
function holds({ value, label }, search) {
  return (label || String(value)).toLowerCase().includes(search.trim().toLowerCase());
}

/**
 * @param {string} address
 * @param {URLSearchParams} query
 * @returns {Promise<Option[]>}
 */
async function asked(address, query) {
  const answer = await fetch(`${address}?${query}`);
  const { options, error } = await answer.json();
  if (error) throw new Error(error);
  return options;
}
