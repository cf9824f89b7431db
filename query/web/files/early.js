// SPDX-License-Identifier: Apache-2.0
// Asks what the address asks while the rest of the page is still on its way.

import { asks, parseState } from "./state.js";
import { facetsAsked, firstAsked } from "./ask.js";
import { ahead } from "./api.js";

const state = parseState(location.search);
if (state.dataset || asks(state)) {
  const first = firstAsked(state);
  if (first) ahead(...first);
  if (!state.dataset) ahead(...facetsAsked(state));
}
