import type { CompletionContext } from './context.ts';

const KEYWORDS = [
  'and as assert async await break case class continue def del elif else except',
  'finally for from global if import in is lambda match nonlocal not or pass',
  'raise return try type while with yield False None True',
];
const BUILTINS = [
  'abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex',
  'delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr',
  'hash help hex id input int isinstance issubclass iter len list locals map max',
  'memoryview min next object oct open ord pow print property range repr reversed round',
  'set setattr slice sorted staticmethod str sum super tuple vars zip ArithmeticError AssertionError AttributeError',
  'BaseException EOFError Exception FileExistsError FileNotFoundError ImportError IndexError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotImplementedError',
  'OSError OverflowError PermissionError RecursionError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemExit TimeoutError TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError',
  'ValueError Warning ZeroDivisionError',
];
const WORDS: ReadonlySet<string> = new Set([...KEYWORDS, ...BUILTINS].join(' ').split(' '));
const WORD = /(\.?)([\p{XID_Start}_]\p{XID_Continue}+)$/u;

/**
 * Whether the cursor stands behind a part of a word that a completion leaves unfinished. A part is what is no name of the
 * file and no word of Python, but begins one.
 */
export function leavesPartOfWord(text: string, context: CompletionContext): boolean {
  const { inside, lineBefore, lineAfter } = context;
  if (inside !== 'code' || /^\p{XID_Continue}/u.test(text + lineAfter)) return false;
  const found = WORD.exec(lineBefore);
  if (found === null || /\b(?:def|class|as|import)[ \t]+$/.test(lineBefore.slice(0, found.index)))
    return false;
  const [, dot = '', part = ''] = found;
  const names = context.names();
  if (names.has(part) || (dot === '' && WORDS.has(part))) return false;
  const begins = (word: string): boolean => word.startsWith(part);
  return [...names].some(begins) || (dot === '' && [...WORDS].some(begins));
}
