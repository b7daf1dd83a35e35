/**
 * What the server says about this page: the JSON in `#community-page`.
 *
 * @typedef {object} User
 * @property {number | string | null} userId null for a guest
 * @property {string} username "guest" for a guest
 * @property {string} role
 *
 * @typedef {object} Registration one widget of the community's registry
 * @property {string} type
 * @property {string} title
 * @property {string} description
 * @property {string} version
 * @property {string[]} containers
 * @property {string} entry URL of the widget's entry fragment
 * @property {Record<string, unknown>} props the configured values
 *
 * @typedef {object} Placement
 * @property {string} type
 * @property {string} container "Full width", "Left container" or "Sidebar"
 *
 * @typedef {object} PageData
 * @property {string} title
 * @property {string} locale a BCP 47 tag
 * @property {"current" | "legacy"} sdk legacy hosts have no `sdk.connectors`
 * @property {"described" | "bare"} errors bare: the client's plain errors carry a message only
 * @property {"community" | "embed"} host
 * @property {User} user
 * @property {Record<string, Registration>} registry
 * @property {Placement[]} placed in the order of the page
 */

const element = document.getElementById("community-page");
if (!element) {
  throw new Error("The page has no #community-page element: it tells the page what to show.");
}

/** @type {PageData} */
export const page = JSON.parse(element.textContent ?? "");
