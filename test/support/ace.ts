/** Two made-up sentences in ACE's form, the first with two events. */
export function aceLines(): string[] {
  const sentences = [
    {
      doc_id: 'a',
      sent_id: 'a-1',
      tokens: [
        'A',
        'bus',
        'took',
        'the',
        'troops',
        'to',
        'Basra',
        ',',
        'where',
        'a "shell"',
        'hit',
        'them',
        '.',
      ],
      entity_mentions: [
        { id: 'E1', text: 'the troops', entity_type: 'PER', start: 3, end: 5 },
        { id: 'E2', text: 'Basra', entity_type: 'GPE', start: 6, end: 7 },
        { id: 'E3', text: 'a "shell"', entity_type: 'WEA', start: 9, end: 10 },
      ],
      event_mentions: [
        {
          event_type: 'Movement:Transport',
          trigger: { text: 'took', start: 2, end: 3 },
          arguments: [
            { entity_id: 'E1', text: 'the troops', role: 'Artifact' },
            { entity_id: 'E2', text: 'Basra', role: 'Destination' },
          ],
        },
        {
          event_type: 'Conflict:Attack',
          trigger: { text: 'hit', start: 10, end: 11 },
          arguments: [
            { entity_id: 'E3', text: 'a "shell"', role: 'Instrument' },
            { entity_id: 'E2', text: 'Basra', role: 'Place' },
          ],
        },
      ],
    },
    { doc_id: 'a', sent_id: 'a-2', tokens: ['Nothing', '.'], entity_mentions: [], event_mentions: [] },
    {
      doc_id: 'b',
      sent_id: 'b-1',
      sentence: 'He went home on Sunday.',
      tokens: ['He', 'went', 'home', 'on', 'Sunday', '.'],
      entity_mentions: [
        { id: 'E1', text: 'He', entity_type: 'PER' },
        { id: 'E2', text: 'Sunday', entity_type: 'TIM' },
      ],
      event_mentions: [
        {
          event_type: 'Movement:Transport',
          arguments: [
            { entity_id: 'E1', role: 'Artifact' },
            { entity_id: 'E2', role: 'Time-Within' },
          ],
        },
      ],
    },
  ];
  return sentences.map((sentence) => JSON.stringify(sentence));
}
