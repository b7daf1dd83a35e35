/** The part of the platform's contract (platform.md §3, §4) that the loader relies on, and the shapes it shares with Python. */

export interface WidgetSdk {
  readonly root: ShadowRoot;
  readonly version?: string;
  readonly connectors?: ConnectorsClient;
  whenReady(): Promise<void>;
  getProps(): Record<string, unknown>;
  on(event: string, listener: (data?: unknown) => void): () => void;
  emit(event: string, data?: unknown): void;
}

export interface ConnectorsClient {
  execute(options: Record<string, unknown>): Promise<unknown>;
  composite: { execute(options: Record<string, unknown>): Promise<unknown> };
}

/** What Python's `widget._instance.mount` is handed for one instance of a widget. */
export interface Stage {
  /** The widget's type, its directory's name. */
  type: string;
  /** The name of the package, below `_widgets`, that holds the widget's modules. */
  package: string;
  sdk: WidgetSdk;
  container: HTMLElement;
  /** The URL of a file in the widget's assets/, by its path there; undefined where it has none. */
  asset(path: string): string | undefined;
  /** The paths of all files in the widget's assets/, as JSON. */
  assets(): string;
  /** Which build of the widget it is, as JSON: version, release, content and, where there is one, commit. */
  build(): string;
  /** Called immediately before the author's `init`. */
  entered(): void;
  /** Called when `init` has returned. */
  ready(): void;
  /** Called when the widget's module or its `init` raised. */
  failed(message: string, traceback: string): void;
  /** Called when a handler, a task or a view raised; the widget stays alive. */
  reported(message: string, traceback: string): void;
  /** Called when what was reported in this message is over: the view has run again. */
  recovered(message: string): void;
  /**
   * Called by the rendering when all of the container is about to be rendered.
   *
   * @returns whether the container holds prerendered markup, to be adopted
   */
  takeOver(): boolean;
  /** Called when the widget is about to show something without rendering it. */
  uncovered(): void;
  /**
   * Called as a connectors client is made.
   *
   * @param clientText JSON: the options of `WidgetServiceSDK`; null: of the client that all widgets share
   * @returns where to ask for calls that were made through such a client before; undefined where there are none
   */
  prefetched(clientText: string): import("./prefetch.js").Take | undefined;
  /** Called when what `init` has started has run up to where it waits. */
  begun(): void;
}

/** The PyProxy of a Python `Instance`. */
export interface PythonInstance {
  unmount(): void;
  destroy(): void;
}

export interface Interpreter {
  FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, data: Uint8Array, options?: { canOwn: boolean }): void;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what a Python module holds, its caller knows
  pyimport(name: string): any;
  registerJsModule(name: string, module: object): void;
  /** Compiles a shared library of the interpreter's file system and links it, for imports to find. */
  loadSharedLibrary(path: string): Promise<void>;
}

declare global {
  interface Window {
    WidgetServiceSDK?: new (options?: object) => { connectors: ConnectorsClient };
  }
}
