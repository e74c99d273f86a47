import assert from 'node:assert/strict';
import { COFFEE_BREAK_SECONDS, standardRound, type Machine } from '../../../../src/core/learning/budget.ts';
import { chooseModel, type TrainableModel } from '../../../../src/core/learning/chooseModel.ts';

const MODELS: TrainableModel[] = [
  { name: 'small', parameters: 135e6, needsAccelerator: false, memory: { train: 3e9 } },
  { name: 'middle', parameters: 500e6, needsAccelerator: false, memory: { train: 6e9 } },
  { name: 'large', parameters: 1500e6, needsAccelerator: false, memory: { train: 12e9 } },
  { name: 'huge', parameters: 7600e6, needsAccelerator: true, memory: { train: 48e9 } },
];

function machine(parts: Partial<Machine>): Machine {
  return { gflops: 100, memory: 16e9, accelerator: undefined, ...parts };
}

describe('chooseModel', () => {
  it('takes the largest model whose standard round fits into half an hour', () => {
    for (const gflops of [5, 30, 100, 300, 1000]) {
      const { model } = chooseModel(MODELS, machine({ gflops }));
      const fitting = MODELS.slice(0, 3).filter(
        ({ parameters }) => standardRound(parameters, machine({ gflops })) <= COFFEE_BREAK_SECONDS,
      );
      assert.equal(model, fitting.at(-1) ?? MODELS[0], `${gflops} GFLOPS`);
    }
    assert.notEqual(
      chooseModel(MODELS, machine({ gflops: 30 })).model,
      chooseModel(MODELS, machine({ gflops: 1000 })).model,
    );
  });

  it('says why not a larger one: time, memory, or that it wants a GPU', () => {
    const reason = (parts: Partial<Machine>): string => chooseModel(MODELS, machine(parts)).reason;
    assert.match(reason({ gflops: 5 }), /^small is the default .* and middle would take \d+ (min|h)\.$/);
    assert.match(
      reason({ gflops: 3000, memory: 4e9 }),
      /^small .* middle needs 6\.0 GB of memory \(4\.0 GB are free\)\.$/,
    );
    assert.match(reason({ accelerator: 'cuda', memory: 1e9 }), /^large .* and huge needs a GPU/);
  });
});
