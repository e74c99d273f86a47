import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { addressToAttribute, type PageAddress, type ToPage } from '../../../src/protocol/runPage.ts';
import { root } from '../../support/tinyRun.ts';

/** The built page of a run in a browser, with the messages of the extension coming from a test. */
export class PageInBrowser {
  readonly page: Page;
  readonly #browser: BrowserContext;
  readonly #folder: string;
  /** What the page sent, in its order. */
  readonly sent: Record<string, unknown>[] = [];
  /** What VS Code would keep of the page. */
  state: unknown;

  private constructor(page: Page, browser: BrowserContext, folder: string) {
    this.page = page;
    this.#browser = browser;
    this.#folder = folder;
  }

  static async open(executablePath: string, address: PageAddress): Promise<PageInBrowser> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-page-'));
    const built = (name: string): string => pathToFileURL(path.join(root, 'dist/webview', name)).href;
    writeFileSync(
      path.join(folder, 'page.html'),
      `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><link rel="stylesheet" href="${built('runPage.css')}"></head>
<body class="vscode-dark" data-address="${addressToAttribute(address)}"><main id="page"></main><script src="${built('runPage.js')}"></script></body></html>`,
    );
    const browser = await chromium.launchPersistentContext(path.join(folder, 'browser'), {
      executablePath,
      headless: true,
      viewport: { width: 1000, height: 700 },
      args: ['--no-sandbox', '--disable-gpu'],
    });
    const made = new PageInBrowser(browser.pages()[0] ?? (await browser.newPage()), browser, folder);
    await made.page.exposeFunction('hostSent', (message: Record<string, unknown>) => {
      made.sent.push(message);
    });
    await made.page.exposeFunction('hostKept', (state: unknown) => {
      made.state = state;
    });
    await made.#load();
    return made;
  }

  /** As VS Code does it when the page was hidden and is shown again, or the window was reloaded. */
  async again(): Promise<void> {
    await this.page.waitForTimeout(300); // longer than the page waits before it says what to keep
    this.sent.length = 0;
    await this.#load();
  }

  async tell(message: ToPage): Promise<void> {
    await this.tellAnything(message);
  }

  async tellAnything(message: unknown): Promise<void> {
    await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
    // Messages are heard in their order, so this one's answer comes after it was.
    await this.page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))`);
  }

  /** Waits for a message of the page. */
  async message(kind: string): Promise<Record<string, unknown>> {
    for (let tries = 0; tries < 100; tries++) {
      const found = this.sent.find((message) => message['kind'] === kind);
      if (found !== undefined) return found;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`the page never sent ${kind}`);
  }

  /** How many objects of a class live, those that are on no page included. */
  async living(name: string): Promise<number> {
    const devtools = await this.page.context().newCDPSession(this.page);
    const { result } = await devtools.send('Runtime.evaluate', { expression: `${name}.prototype` });
    const { objects } = await devtools.send('Runtime.queryObjects', {
      prototypeObjectId: result.objectId ?? '',
    });
    const counted = await devtools.send('Runtime.callFunctionOn', {
      objectId: objects.objectId ?? '',
      functionDeclaration: 'function () { return this.length; }',
      returnByValue: true,
    });
    await devtools.detach();
    return Number(counted.result.value);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #load(): Promise<void> {
    await this.page.addInitScript(
      `window.acquireVsCodeApi = () => ({
        postMessage: (message) => void window.hostSent(message),
        getState: () => (${JSON.stringify(this.state ?? null)}),
        setState: (state) => void window.hostKept(state),
      });`,
    );
    await this.page.goto(pathToFileURL(path.join(this.#folder, 'page.html')).href);
    await this.message('ready');
  }
}
