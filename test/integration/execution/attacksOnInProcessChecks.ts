import { body, top, type Attack } from './attacks.ts';

/** Programs that share a process with their checks. They hold the checks' values, so some forgeries cannot be stopped there. */
export const IN_PROCESS: Attack[] = [
  [
    'answers for the checks while it is loaded',
    top(
      'import os, json, struct',
      'for text in (\'{"loaded": true}\', \'{"result": {"verdict": "passed", "checksPassed": 2}}\'):',
      '    os.write(4, struct.pack(">I", len(text)) + text.encode())',
      'os._exit(0)',
    ),
    ['tampered', 'exited_early'],
  ],
  [
    'tells a result without its word',
    top(
      'import os, struct',
      'text = \'{"result": {"verdict": "passed", "checksPassed": 2}}\'',
      'os.write(4, struct.pack(">I", len(text)) + text.encode())',
      'os._exit(0)',
    ),
    ['tampered'],
  ],
  [
    'gives doctest.testmod a runner that forgets failures',
    top(
      'import doctest',
      'class Kind(doctest.DocTestRunner):',
      '    def merge(self, other):',
      '        other.failures = 0',
      'doctest.master = Kind()',
    ),
    ['tampered'],
  ],
  [
    "gives doctest.testmod the library's runner with another method",
    top(
      'import doctest',
      'doctest.master = doctest.DocTestRunner()',
      'doctest.master.merge = lambda other: setattr(other, "failures", 0)',
    ),
    ['tampered'],
  ],
  [
    'calls a thing of its own a registry of warnings',
    top(
      'import leti_runner.judge.checks as c',
      'class Registry(dict):',
      '    pass',
      'c.__warningregistry__ = Registry()',
    ),
    ['tampered'],
  ],
  [
    'lets unittest compare with a length of its own',
    top('import unittest', 'class Length(int):', '    pass', 'unittest.TestCase.maxDiff = Length(1)'),
    ['tampered'],
  ],
  ['changes a builtin', top('import builtins', 'builtins.len = lambda o: 2'), ['tampered']],
  [
    'changes unittest',
    top('import unittest', 'unittest.TestCase.assertEqual = lambda *a: None'),
    ['tampered'],
  ],
  [
    'changes what runs the checks',
    top('import leti_runner.judge.checks as c', 'c.run_check = lambda *a: None'),
    ['tampered'],
  ],
  [
    'changes what calls what runs the checks',
    top('import leti_runner.judge.checking as c', 'c.run_check = lambda *a: None'),
    ['tampered'],
  ],
  [
    'changes the code of what runs the checks',
    top('import leti_runner.judge.checks as c', 'c.run_check.__code__ = (lambda *a: None).__code__'),
    ['tampered'],
  ],
  [
    'changes what looks for changes',
    top(
      'import leti_runner.judge.integrity as i, leti_runner.judge.checking as c',
      'i.Watch.changed = lambda self: None',
      'i._look.__code__ = (lambda before, closed, parts: None).__code__',
      'i._parts.__code__ = (lambda value: ()).__code__',
      'c.run_check = lambda *a: None',
    ),
    ['tampered'],
  ],
  [
    'puts a name in front of a builtin',
    top('import leti_runner.judge.checking as c', 'c.enumerate = lambda items: []'),
    ['tampered'],
  ],
  [
    'changes how modules are imported',
    top('import importlib', 'importlib.import_module = lambda name: None'),
    ['tampered'],
  ],
  [
    'changes what tells the result in a call',
    body('import leti_runner.channel as c', 'c.write = None'),
    ['failed', 'error', 'tampered', 'exited_early'],
  ],
  ['sets a tracer', top('import sys', 'sys.settrace(lambda *a: None)'), ['tampered']],
  [
    'replaces its module',
    top('import sys, types', 'sys.modules["program"] = types.ModuleType("program")'),
    ['tampered'],
  ],
];

/** Programs that share a process with the checks of a test file, by the runner of that file. */
export const IN_PROCESS_TESTS: Record<'plain' | 'unittest' | 'pytest', Attack[]> = {
  plain: [
    [
      'plants a test module',
      top(
        'import sys, types',
        'fake = types.ModuleType("test_m")',
        'fake.test_f = lambda: None',
        'sys.modules["test_m"] = fake',
      ),
      ['tampered'],
    ],
    [
      'puts a finder in front',
      top(
        'import sys, importlib.abc, importlib.machinery',
        'class F(importlib.abc.MetaPathFinder, importlib.abc.Loader):',
        '    def find_spec(self, name, path=None, target=None):',
        '        return importlib.machinery.ModuleSpec(name, self) if name == "test_m" else None',
        '    def create_module(self, spec): return None',
        '    def exec_module(self, module): module.test_f = lambda: None',
        'sys.meta_path.insert(0, F())',
      ),
      ['failed', 'tampered'],
    ],
  ],
  unittest: [
    [
      'keeps no failure',
      top('import leti_runner.judge.checks as c', 'c._Result._keep = lambda self, error: None'),
      ['tampered'],
    ],
    [
      'loads other tests',
      top(
        'import unittest',
        'unittest.TestLoader.loadTestsFromName = lambda self, *a: unittest.TestSuite([unittest.FunctionTestCase(lambda: None)])',
      ),
      ['tampered'],
    ],
  ],
  pytest: [
    [
      'plants a conftest.py',
      top(
        'with open("conftest.py", "w") as file:',
        '    file.write("def pytest_pyfunc_call(pyfuncitem): return True")',
      ),
      ['failed'],
    ],
    [
      'runs no test function',
      top('import _pytest.python', '_pytest.python.Function.runtest = lambda self: None'),
      ['tampered'],
    ],
    [
      'reports no failure',
      top(
        'import leti_runner.judge.pytest_checks as c',
        'c._Session.pytest_runtest_makereport = lambda *a: None',
      ),
      ['tampered'],
    ],
  ],
};
