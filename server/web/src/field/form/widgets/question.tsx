interface Answer<T> {
  value: T;
  label: string;
  tone: "good" | "bad" | "plain";
}

interface QuestionProps<T> {
  answers: Answer<T>[];
  value: T | undefined;
  onAnswer: (value: T | undefined) => void;
  labelledBy: string;
  large?: boolean;
}

/** A question with two large buttons: how a bad answer looks is not left to colour alone. */
export function Question<T extends boolean | string>({ answers, value, onAnswer, labelledBy, large }: QuestionProps<T>) {
  return (
    <div class={large === true ? "answers large" : "answers"} role="group" aria-labelledby={labelledBy}>
      {answers.map((answer) => (
        <button
          key={String(answer.value)}
          type="button"
          class={`answer ${answer.tone}`}
          aria-pressed={answer.value === value}
          onClick={() => onAnswer(answer.value === value ? undefined : answer.value)}
        >
          <span aria-hidden="true">{MARKS[answer.tone]}</span>
          {answer.label}
        </button>
      ))}
    </div>
  );
}

const MARKS = { good: "✓", bad: "✗", plain: "" };
