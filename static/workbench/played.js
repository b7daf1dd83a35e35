/** What of the page is not as the repository has it, because somebody plays it. It outlives a reload, and so it is told. */

import { changedProps, onChangedProps, resetProps } from "./instance-props.js";
import {
  GOOD,
  networkConditions,
  onNetworkChange,
  planFailure,
  plannedFailure,
  setNetworkConditions,
} from "./network-conditions.js";
import { placedWidgets } from "./placed-widgets.js";
import { changedTokens, onThemeChange, playTheme } from "./theme.js";

/** @returns {string[]} a word or two for each */
export function playedInWords() {
  const { offline, latency, speed } = networkConditions();
  const props = changedProps();
  return [
    offline && "offline",
    !offline && (latency > 0 || speed > 0) && "slow network",
    plannedFailure() !== null && "failing call",
    Object.keys(changedTokens()).length > 0 && "theme",
    props > 0 && (props === 1 ? "1 property" : `${props} properties`),
  ].filter((words) => words !== false);
}

export function playNothing() {
  setNetworkConditions(GOOD);
  planFailure(null);
  playTheme({});
  for (const widget of placedWidgets()) resetProps(widget);
}

/** @param {() => void} listener called after something of it may have changed */
export function onPlayed(listener) {
  for (const listen of [onChangedProps, onNetworkChange, onThemeChange]) listen(listener);
}
