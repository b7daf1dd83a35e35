/**
 * The gallery's page: a host for the examples, as the platform is one.
 *
 * It runs the modules of the fake community page, which place an instance into each `<gs-cc-registry-widget>`. Before
 * they do, calls are led to recorded answers, and the theme is the documentation's.
 */

import { explainLinks } from "./community-links.js";
import { followTheme } from "./documentation-theme.js";
import { answerByRecordings } from "./recorded-answers.js";

answerByRecordings();
explainLinks();
followTheme();
await import("/_community/page.js");
