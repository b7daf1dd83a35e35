/**
 * Trims the JavaScript of Pyodide's core to what a widget can use, which makes it smaller and quicker to start:
 *
 *     node runtime/trim-core.mjs node_modules/pyodide OUT_FILE
 *
 * reads pyodide.asm.mjs and pyodide.asm.wasm of that directory. The wasm stays as it is, and every symbol of it can
 * still be linked by a compiled wheel. The same input gives the same bytes. The steps are written against one release
 * of Pyodide: where the input is not what a step expects, the run fails and says so, and nothing is written.
 *
 * Nothing is minified: what Emscripten wrote is without white space already, and names must stay. The core tells its
 * own frames in a traceback by the names of their functions, and its own objects by the names of their classes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parse } from "acorn";

/**
 * @typedef {import("acorn").AnyNode} AnyNode
 * @typedef {import("acorn").Statement} Statement
 *
 * @typedef {object} Part stays or goes as a whole
 * @property {string} text
 * @property {Set<string>} mentions every name that it spells, whatever kind of name: too many keep too much, no more
 * @property {string[]} serves it stays if what stays mentions one of these; none: it stays in any case
 *
 * @typedef {object} Line a statement of the core's one function, as a list of parts
 * @property {Part[]} parts
 * @property {string} before
 * @property {string} between
 * @property {string} after
 */

/** The release that the steps are written against. */
const PYODIDE = "314.0.7";

const NOTICE = `/*!
 * The JavaScript of Pyodide's core, release ${PYODIDE}, trimmed by widget-workbench (runtime/trim-core.mjs).
 * This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0 (MPL-2.0). If a copy of the MPL
 * was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.
 * The unmodified file is pyodide.asm.mjs in the npm package "pyodide", version ${PYODIDE}; its own source is in the
 * repository pyodide/pyodide on GitHub, tag ${PYODIDE}.
 */
`;

/**
 * What the core has for C programs that draw, play sound and read input devices: one pattern for each of Emscripten's
 * libraries, for the names that C knows. A widget has the page's own JavaScript for these. C code that calls one still
 * links, and fails at the call with the core's "cannot resolve symbol".
 */
const GRAPHICS = {
  WebGL: /^(emscripten_|_)?gl[A-Z]|^emscripten_(webgl|is_webgl|supports_offscreencanvas)/,
  EGL: /^egl[A-Z]/,
  SDL: /^(SDL|IMG|Mix|TTF)_|^emscripten_SDL_/,
  SDL_gfx: /^[a-z]\w+(Color|RGBA|Surface)$/,
  "input events": /^emscripten_(set_(?!socket_)\w+_callback_on_thread|html5_\w+)$/,
  devices:
    /^_?emscripten_\w*(battery|devicemotion|fullscreen|gamepad|mouse|orientation|pointerlock|vibrate|visibility)/,
  "canvas and window":
    /^emscripten_[gs]et_(canvas|device_pixel_ratio|element_css|preloaded_image|screen|window_title)/,
  "drawing loop": /^_?emscripten_\w*(animation_frame|main_loop|preload_plugins)/,
};

/**
 * What runs JavaScript that C hands over as text or by its address. A page that forbids eval cannot run the first,
 * and the platform's content scan takes such code for obfuscation or for the loading of foreign scripts.
 */
const SCRIPTS = /^emscripten_(async_)?(run|load)_script|^emscripten_\w+_worker/;

/** The addresses that the wasm asks for and does not get. */
const WITHOUT_ADDRESS = /^emscripten_gl[A-Z]/;

/** How the two statements begin that tie the core's JavaScript to the wasm, in each direction. */
const IMPORTS = "var wasmImports={";
const EXPORTS = "function assignWasmExports(wasmExports){";

/** Statements that only prepare a variable, by how they begin: without the variable they have no use. */
const PREPARATIONS = {
  "for(let i=0;i<32;++i)tempFixedLengthArray": "tempFixedLengthArray",
  "for(var i=0;i<=288;++i){miniTempWebGLFloatBuffers": "miniTempWebGLFloatBuffers",
  "for(var i=0;i<=288;++i){miniTempWebGLIntBuffers": "miniTempWebGLIntBuffers",
  'Module["requestAnimationFrame"]=': "MainLoop",
  'Module["pauseMainLoop"]=': "MainLoop",
  'Module["resumeMainLoop"]=': "MainLoop",
  "MainLoop.init()": "MainLoop",
  "registerPostMainLoop(()=>SDL.": "SDL",
};

/** Variables of the graphics libraries that the rest of the core asks for by `typeof` before it uses them. */
const OPTIONAL = ["Browser", "MainLoop", "SDL"];

/** What the programs that start the core take from it: pyodide.mjs of the same package, and our own loader. */
const USED_OUTSIDE = [
  "ENV",
  "ExitStatus",
  "FS",
  "_Py_Version",
  "addRunDependency",
  "removeRunDependency",
];

/** The core is not what a step was written for. */
class UnexpectedCore extends Error {}

/**
 * @param {string} source of pyodide.asm.mjs
 * @param {WebAssembly.Module} wasm
 * @returns {string}
 * @throws {UnexpectedCore}
 */
function trim(source, wasm) {
  const patches = [
    linkOnDemand,
    inheritExports,
    addressOnDemand,
    leaveGraphicsUnlinked,
    refuseScripts,
    spellWasmAsBytes,
    knowOwnFrames,
    createWithoutThrowing,
    takeWasmForGranted,
    bootstrapWithoutCompiling,
  ];
  const patched = patches.reduce((text, patch) => patch(text), source);
  const trimmed = parseOnce(copyUsedExports(dropUnused(patched, wasm)));
  // A mistake in the cutting shows here rather than in a browser.
  parseModule(trimmed);
  return NOTICE + trimmed;
}

/**
 * The core gives every function that the wasm exports a place in the table of functions and an entry in the global
 * offset table before it starts, thousands of them, for the few that a compiled wheel may ask for later. Here the
 * wheel's asking makes the entry. As before, the core's own symbols go before a wheel's of the same name.
 *
 * @param {string} text
 */
function linkOnDemand(text) {
  const deferred = replaceOnce(
    text,
    "exports are kept instead of linked",
    "updateGOT(origExports);LDSO.init()",
    "mainExports=origExports;LDSO.init()",
  );
  const withAddresses = replaceOnce(
    deferred,
    "entries are made with the core's addresses",
    'var GOTHandler={get(weakImports,symName){var rtn=GOT[symName];if(!rtn){rtn=GOT[symName]=new WebAssembly.Global({value:"i32",mutable:true},-1)}',
    "var mainExports={};var mainAddress=symName=>{if(isInternalSym(symName)||!(symName in mainExports))return-1;" +
      'var value=mainExports[symName];if(typeof value=="function")return addFunction(value);' +
      'return typeof value.value=="number"?value.value:-1};' +
      'var GOTHandler={get(weakImports,symName){var rtn=GOT[symName];if(!rtn){rtn=GOT[symName]=new WebAssembly.Global({value:"i32",mutable:true},mainAddress(symName))}',
  );
  return replaceOnce(
    withAddresses,
    "the core's symbols go before a wheel's",
    "var existingEntry=GOT[symName]&&GOT[symName].value!=-1;",
    "var existingEntry=symName in mainExports||GOT[symName]&&GOT[symName].value!=-1;",
  );
}

/**
 * The core copies all that the wasm exports into the object in which wheels look symbols up. Inheriting is as good,
 * but for the lookup by the position of a symbol. The alias is one that the copying makes.
 *
 * @param {string} text
 */
function inheritExports(text) {
  const inherited = replaceOnce(
    text,
    "exports are inherited instead of copied",
    'mergeLibSymbols(wasmExports,"main");',
    "Object.setPrototypeOf(wasmImports,wasmExports);" +
      'mergeLibSymbols({__main_argc_argv:wasmExports.__main_argc_argv},"main");',
  );
  const found = replaceOnce(
    inherited,
    "dlsym finds inherited symbols",
    "newSymIndex=Object.keys(lib.exports).indexOf(symbol);",
    "newSymIndex=symbolNames(lib.exports).indexOf(symbol);",
  );
  const foundByPosition = replaceOnce(
    found,
    "dlsym finds inherited symbols by position",
    "var symName=Object.keys(symDict)[symbolIndex];",
    "var symName=symbolNames(symDict)[symbolIndex];",
  );
  return replaceOnce(
    foundByPosition,
    "inherited symbols have positions",
    "var LDSO={",
    "var symbolNames=symbols=>symbols===wasmImports?" +
      "Object.keys(symbols).concat(Object.keys(mainExports)):Object.keys(symbols);var LDSO={",
  );
}

/**
 * To give a function an address, the core first looks for it among all functions of the wasm's table. At the start
 * it has only functions to place that cannot be there yet: JavaScript's, which state their C type, and one of a wasm
 * module of its own. So the looking begins with the first wheel.
 *
 * @param {string} text
 */
function addressOnDemand(text) {
  const onDemand = replaceOnce(
    text,
    "the table is gone through on demand",
    "if(!functionsInTableMap){functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length)}",
    "if(!tableIsMapped){tableIsMapped=true;updateTableMap(0,wasmTable.length)}",
  );
  const declared = replaceOnce(
    onDemand,
    "there is a map before the table is gone through",
    "var functionsInTableMap;",
    "var functionsInTableMap=new WeakMap;var tableIsMapped=false;",
  );
  const placed = replaceOnce(
    declared,
    "JavaScript's functions are not in the table",
    "var addFunction=(func,sig)=>{var rtn=getFunctionAddress(func);",
    "var addFunction=(func,sig,isNew)=>{var rtn=sig||isNew?functionsInTableMap.get(func):getFunctionAddress(func);",
  );
  return replaceOnce(
    placed,
    "the trampoline is not in the table",
    "addFunction(trampolineInstance.exports.trampoline_call)",
    "addFunction(trampolineInstance.exports.trampoline_call,undefined,true)",
  );
}

/**
 * The wasm asks for the addresses of all of WebGL, for a table that C code looks functions up in by name. Each
 * address takes a wasm module of its own, compiled at the start. Null means "not available" in that table.
 *
 * @param {string} text
 */
function leaveGraphicsUnlinked(text) {
  return replaceOnce(
    text,
    "WebGL's functions have no address",
    "if(entry.value==-1){var value=resolveGlobalSymbol(symName,true).sym;",
    `if(entry.value==-1){if(${WITHOUT_ADDRESS}.test(symName)){entry.value=0;continue}` +
      "var value=resolveGlobalSymbol(symName,true).sym;",
  );
}

/**
 * A compiled wheel may hold JavaScript as text, which the core passes to eval when it loads the wheel. Without eval
 * the load fails as it does on every page that forbids eval, and says why.
 *
 * @param {string} text
 */
function refuseScripts(text) {
  const refusal = (/** @type {string} */ macro) =>
    `throw new Error(\`\${libName} holds JavaScript (${macro}), which needs eval\`)`;
  const withoutAsm = replaceOnce(
    text,
    "no eval for EM_ASM",
    "ASM_CONSTS[start]=eval(func)",
    refusal("EM_ASM"),
  );
  return replaceOnce(
    withoutAsm,
    "no eval for EM_JS",
    "moduleExports[name]=eval(func)",
    refusal("EM_JS"),
  );
}

/**
 * A small wasm module is spelled as a string of a thousand hexadecimal digits, which a content scan takes for a
 * secret. A list of numbers is the same module.
 *
 * @param {string} text
 */
function spellWasmAsBytes(text) {
  const [call = 'hexStringToUTF8Array("', digits = ""] =
    /hexStringToUTF8Array\("([0-9a-f]+)"\)/.exec(text) ?? [];
  const bytes = Array.from(digits.matchAll(/../g), ([pair]) => Number.parseInt(pair, 16));
  return replaceOnce(text, "wasm in hexadecimal", call, `Uint8Array.of(${bytes})`);
}

/**
 * The core knows its own frames in the stack of a JavaScript error by the name of its file, and leaves them out of
 * Python's traceback. With the module's address instead, the file may be named otherwise.
 *
 * @param {string} text
 */
function knowOwnFrames(text) {
  return replaceOnce(
    text,
    "own frames by their address",
    '.includes("pyodide.asm.mjs")',
    ".includes(import.meta.url)",
  );
}

/**
 * Before the core's file system makes a file it looks whether there is one of that name, and for one in memory learns
 * by a thrown error that there is not. At the first error of a script, browsers parse the functions that it passes
 * through once more, to say where it was: here that is all of the core.
 *
 * @param {string} text
 */
function createWithoutThrowing(text) {
  return replaceOnce(
    text,
    "files are made without an error thrown",
    "try{var node=FS.lookupNode(dir,name);return 20}catch(e){}return FS.nodePermissions",
    "for(var node=FS.nameTable[FS.hashName(dir.id,name)];node;node=node.name_next)" +
      "{if(node.parent.id===dir.id&&node.name===name)return 20}" +
      "if(dir.node_ops.lookup!==MEMFS.node_ops.lookup){try{FS.lookupNode(dir,name);return 20}catch(e){}}" +
      "return FS.nodePermissions",
  );
}

/**
 * Browsers skim a function when they read a script, and parse it when it is called, unless they see that it is called
 * at once: what stands in parentheses is taken for such. The core is one function, and is read beside the page's own
 * thread.
 *
 * @param {string} text
 */
function parseOnce(text) {
  const opened = replaceOnce(
    text,
    "the core is parsed once",
    "async function _createPyodideModule(",
    "const _createPyodideModule=(async function _createPyodideModule(",
  );
  return replaceOnce(
    opened,
    "the core is parsed once",
    "}export default _createPyodideModule;",
    "});export default _createPyodideModule;",
  );
}

/**
 * The core asks whether it may make a module of WebAssembly. Whoever starts it has asked already; and a browser that is
 * asked from here notes where, for which it parses all of the core once more.
 *
 * @param {string} text
 */
function takeWasmForGranted(text) {
  return replaceOnce(
    text,
    "WebAssembly is taken for granted",
    "try{new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0]))}catch(e){canConstructWasm=false}",
    "",
  );
}

/**
 * When its memory has been restored, the core runs some lines of Python to look up what is in memory anyway. That takes
 * Python's parser and compiler, of which every function is compiled by the browser as it is first called: most of what
 * came between restoring and the widget's first line. What is looked up is looked up when something asks for it.
 *
 * @param {string} text
 */
function bootstrapWithoutCompiling(text) {
  const start = "API.finalizeBootstrap=function(t,e){t&&Wr();";
  const lookedUp = {
    importlib: 'find("importlib")',
    sys: 'find("sys")',
    os: 'find("os")',
    globals: 'Ro(find("__main__").__dict__,find("builtins").__dict__)',
    runPythonInternal_dict: "API.public_api.toPy({})",
    pyodide_py: 'find("pyodide")',
    pyodide_code: 'find("pyodide.code")',
    pyodide_ffi: 'find("pyodide.ffi")',
    package_loader: 'find("pyodide._package_loader")',
    pyodide_base: "API._pyodide._base",
    sitepackages: "API.package_loader.SITE_PACKAGES.__str__()",
    dsodir: "API.package_loader.DSO_DIR.__str__()",
    defaultLdLibraryPath: "[API.dsodir,API.sitepackages]",
  };
  const getters = Object.entries(lookedUp).map(
    ([name, value]) => `onDemand(API,"${name}",()=>${value});`,
  );
  return replaceOnce(
    text,
    "what is in restored memory is looked up on demand",
    start,
    "API.finalizeBootstrap=function(t,e){if(t){Wr();let api=Mo();Hr(API.config.jsglobals,t,e);" +
      "let find=name=>API._pyodide._base.pyimport_impl(name);" +
      "let onDemand=(owner,name,get)=>Object.defineProperty(owner,name,{configurable:true,enumerable:true," +
      "get(){let value=get();Object.defineProperty(owner,name,{value,writable:true});return value}});" +
      getters.join("") +
      'for(let name of ["pyodide_py","globals"])onDemand(api,name,()=>API[name]);' +
      "Yr();return api}",
  );
}

/**
 * Cuts the ways by which C reaches what is dropped, and then leaves out what nothing that stays mentions: the code of
 * the graphics libraries, the variables for exports of the wasm that no JavaScript uses, and what describes either.
 *
 * @param {string} text
 * @param {WebAssembly.Module} wasm
 */
function dropUnused(text, wasm) {
  for (const start of [IMPORTS, EXPORTS, ...Object.keys(PREPARATIONS)]) {
    expectOnce(text, start, `"${start}"`);
  }
  const factory = parseModule(text).body.find((node) => node.type === "FunctionDeclaration");
  expect(factory !== undefined, "there is no function at its top");
  const needed = neededImports(wasm);
  const lines = factory.body.body.map((statement) => lineOf(statement, text, needed));
  const outside = { text: "", mentions: new Set(USED_OUTSIDE), serves: [] };
  const stays = living([outside, ...lines.flatMap(({ parts }) => parts)]);
  const body = lines.map(({ parts, before, between, after }) => {
    const texts = parts.filter((part) => stays.has(part)).map((part) => part.text);
    return texts.length > 0 ? `${before}${texts.join(between)}${after}\n` : "";
  });
  const { start, end } = factory.body;
  return `${text.slice(0, start + 1)}\n${body.join("")}${text.slice(end - 1)}`;
}

/**
 * The core copies the wasm's exports so as to wrap a few. Those that its JavaScript names are enough.
 *
 * @param {string} text
 */
function copyUsedExports(text) {
  expect(!/wasmExports\[[^"]/.test(text), "it takes an export by a name that is not written out");
  const names = Array.from(
    text.matchAll(/wasmExports(?:\.|\[")([\w$]+)/g),
    ([, name = ""]) => name,
  );
  return replaceOnce(
    text,
    "used exports alone are copied",
    "wasmExports=Object.assign({},wasmExports);",
    `wasmExports=Object.fromEntries(${JSON.stringify([...new Set(names)])}.map(name=>[name,wasmExports[name]]));`,
  );
}

/**
 * @param {WebAssembly.Module} wasm
 * @returns {Set<string>} the functions without which it does not start
 */
function neededImports(wasm) {
  const imports = WebAssembly.Module.imports(wasm);
  const exports = new Set(WebAssembly.Module.exports(wasm).map(({ name }) => name));
  expect(
    !imports.some(({ module, name }) => module.startsWith("GOT.") && exports.has(name)),
    "its wasm asks for the address of a symbol of its own, which is linked on demand only",
  );
  return new Set(imports.map(({ name }) => name).filter((name) => !WITHOUT_ADDRESS.test(name)));
}

/**
 * @param {Statement} statement
 * @param {string} text
 * @param {Set<string>} needed
 * @returns {Line}
 */
function lineOf(statement, text, needed) {
  const source = text.slice(statement.start, statement.end);
  if (source.startsWith(IMPORTS)) {
    return importsLine(statement, text, needed);
  }
  if (source.startsWith(EXPORTS)) {
    return exportsLine(statement, text);
  }
  if (statement.type === "VariableDeclaration") {
    const parts = statement.declarations.map((declarator) =>
      partOf(declarator, text, declaredNames(declarator)),
    );
    return { parts, before: `${statement.kind} `, between: ",", after: ";" };
  }
  return { parts: [partOf(statement, text, servedNames(statement, source))], ...ALONE };
}

const ALONE = { before: "", between: "", after: "" };

/**
 * The functions that C calls by name.
 *
 * @param {Statement} statement
 * @param {string} text
 * @param {Set<string>} needed
 * @returns {Line}
 */
function importsLine(statement, text, needed) {
  const list = statement.type === "VariableDeclaration" && statement.declarations[0]?.init;
  expect(list && list.type === "ObjectExpression", "its list of imports is not a list");
  const entries = new Map(list.properties.map((entry) => [nameOfEntry(entry), entry]));
  for (const [library, pattern] of Object.entries({ ...GRAPHICS, scripts: SCRIPTS })) {
    const names = [...entries.keys()].filter((name) => pattern.test(name) && !needed.has(name));
    expect(names.length > 0, `its list of imports has nothing for ${library}`);
    for (const name of names) {
      entries.delete(name);
    }
  }
  const parts = Array.from(entries.values(), (entry) => partOf(entry, text, []));
  return { parts, before: IMPORTS, between: ",", after: "};" };
}

/** @param {import("acorn").Property | import("acorn").SpreadElement} entry */
function nameOfEntry(entry) {
  expect(
    entry.type === "Property" && entry.key.type === "Identifier",
    "its list of imports holds something without a name",
  );
  return entry.key.name;
}

/**
 * The variables for what the wasm exports: `_name=Module["_name"]=wasmExports["name"];` and the like.
 *
 * @param {Statement} statement
 * @param {string} text
 * @returns {Line}
 */
function exportsLine(statement, text) {
  expect(statement.type === "FunctionDeclaration", "what assigns its exports is not a function");
  const parts = statement.body.body.map((assignment) => {
    const source = text.slice(assignment.start, assignment.end);
    const [, targets] = /^((?:[\w$]+=|Module\["[\w$]+"\]=)+)wasmExports\[/.exec(source) ?? [];
    expect(targets !== undefined, `it takes an export in another way than expected: ${source}`);
    const names = (targets.match(/[\w$]+/g) ?? []).filter((name) => name !== "Module");
    return { text: source, mentions: new Set(names), serves: names };
  });
  return { parts, before: EXPORTS, between: "", after: "}" };
}

/**
 * @param {AnyNode} node
 * @param {string} text
 * @param {string[]} serves
 * @returns {Part}
 */
function partOf(node, text, serves) {
  const source = text.slice(node.start, node.end);
  const mentions = new Set(mentionedNames(node));
  for (const name of OPTIONAL.filter((name) => source.includes(`typeof ${name}!="undefined"`))) {
    mentions.delete(name);
  }
  return { text: source, mentions, serves };
}

/**
 * @param {AnyNode} node
 * @returns {Generator<string, void>}
 */
function* mentionedNames(node) {
  if (node.type === "Identifier") {
    yield node.name;
  } else if (node.type === "Literal" && typeof node.value === "string") {
    yield node.value;
  }
  for (const child of Object.values(node).flat()) {
    if (typeof child?.type === "string") {
      yield* mentionedNames(child);
    }
  }
}

/**
 * @param {import("acorn").VariableDeclarator} declarator
 * @returns {string[]} empty where leaving it out would leave out more than a variable
 */
function declaredNames({ id, init }) {
  return id.type === "Identifier" && isPure(init) ? [id.name] : [];
}

/**
 * @param {AnyNode | null | undefined} node
 * @returns {boolean} whether evaluating it does nothing else
 */
function isPure(node) {
  switch (node?.type) {
    case undefined:
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "Identifier":
    case "Literal":
      return true;
    case "ArrayExpression":
      return node.elements.every(isPure);
    case "LogicalExpression":
      return isPure(node.left) && isPure(node.right);
    case "MemberExpression":
      return !node.computed && isPure(node.object);
    case "NewExpression":
      return /^(Float|Int)32Array$/.test(nameOf(node.callee)) && node.arguments.every(isPure);
    case "ObjectExpression":
      return node.properties.every(isPure);
    case "Property":
      return !node.computed && isPure(node.value);
    case "UnaryExpression":
      return isPure(node.argument);
    default:
      return false;
  }
}

/**
 * @param {Statement} statement
 * @param {string} source
 * @returns {string[]} the names for whose sake alone it is there
 */
function servedNames(statement, source) {
  if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") {
    return [statement.id.name];
  }
  const [, variable] =
    Object.entries(PREPARATIONS).find(([start]) => source.startsWith(start)) ?? [];
  if (variable !== undefined) {
    return [variable];
  }
  // What describes a function's C type, and what puts a variable on the object that the core's parts share.
  const [, described] = /^([\w$]+)\.sig="\w*";$/.exec(source) ?? [];
  const [, key, value] = /^Module(?:\.|\[")([\w$]+)(?:"\])?=([\w$]+);$/.exec(source) ?? [];
  return [described, key, value].filter((name) => name !== undefined);
}

/** @param {AnyNode} node */
function nameOf(node) {
  return node.type === "Identifier" ? node.name : "";
}

/**
 * @param {Part[]} parts
 * @returns {Set<Part>} those that stay
 */
function living(parts) {
  /** @type {Map<string, Part[]>} */
  const waiting = new Map();
  for (const part of parts) {
    for (const name of part.serves) {
      waiting.set(name, [...(waiting.get(name) ?? []), part]);
    }
  }
  const stays = new Set(parts.filter(({ serves }) => serves.length === 0));
  // A set hands out what is added to it while it is gone through.
  for (const { mentions } of stays) {
    for (const part of [...mentions].flatMap((name) => waiting.get(name) ?? [])) {
      stays.add(part);
    }
  }
  return stays;
}

/** @param {string} text */
function parseModule(text) {
  return parse(text, { ecmaVersion: 2024, sourceType: "module" });
}

/**
 * @param {string} text
 * @param {string} patch its name, for the message
 * @param {string} place the text that it replaces
 * @param {string} replacement
 */
function replaceOnce(text, patch, place, replacement) {
  expectOnce(text, place, `the place of the patch "${patch}"`);
  // A function, because a replacement text may spell references to the match.
  return text.replace(place, () => replacement);
}

/**
 * @param {string} text
 * @param {string} place
 * @param {string} what
 */
function expectOnce(text, place, what) {
  const found = text.split(place).length - 1;
  expect(found === 1, `${what} occurs ${found} times instead of once`);
}

/**
 * @param {unknown} condition
 * @param {string} otherwise
 * @returns {asserts condition}
 */
function expect(condition, otherwise) {
  if (!condition) {
    throw new UnexpectedCore(otherwise);
  }
}

/** @param {string[]} args */
function main([inDirectory, outFile]) {
  if (inDirectory === undefined || outFile === undefined) {
    throw new Error("usage: node runtime/trim-core.mjs IN_DIR OUT_FILE");
  }
  const path = join(inDirectory, "pyodide.asm.mjs");
  const source = readFileSync(path, "utf8");
  const wasm = new WebAssembly.Module(readFileSync(join(inDirectory, "pyodide.asm.wasm")));
  try {
    writeFileSync(outFile, trim(source, wasm));
  } catch (error) {
    if (!(error instanceof UnexpectedCore)) {
      throw error;
    }
    const [, version = "of an unknown version"] = /API\.version="([^"]*)"/.exec(source) ?? [];
    console.error(
      `${path}, Pyodide ${version}, is not what runtime/trim-core.mjs was written for (Pyodide ${PYODIDE}): ` +
        `${error.message}.`,
    );
    process.exitCode = 1;
  }
}

main(process.argv.slice(2));
