import { Component, type ComponentChildren } from "preact";
import { frame } from "./words/frame.ts";
import { say } from "./words/language.ts";
import { Button } from "./widgets/button.tsx";
import { Notice } from "./widgets/notice.tsx";

interface FaultProps {
  /** Another page is another chance. */
  page: string;
  children: ComponentChildren;
  onFault?: (error: unknown) => void;
}

/** Catches what breaks in a page, so that the frame and the ways out stay. */
export class Fault extends Component<FaultProps, { error?: unknown; page: string }> {
  override state: { error?: unknown; page: string } = { page: this.props.page };

  static override getDerivedStateFromProps(props: FaultProps, state: { error?: unknown; page: string }) {
    return props.page === state.page ? null : { page: props.page, error: undefined };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onFault?.(error);
    this.setState({ error });
  }

  override render() {
    if (this.state.error === undefined) {
      return this.props.children;
    }
    return (
      <Notice tone="bad" title={say(frame.broke)} live>
        <p>{say(frame.brokeWhy)}</p>
        <Button onClick={() => location.reload()}>{say(frame.again)}</Button>
      </Notice>
    );
  }
}
