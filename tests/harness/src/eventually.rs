//! Waiting for something that another process does, without guessing how long it takes.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything may take before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer; fails the test at the deadline, saying what was
/// waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < DEADLINE, "waited {} s in vain: {what}", DEADLINE.as_secs());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::eventually;

    #[tokio::test]
    async fn it_asks_until_there_is_an_answer() {
        let mut asked = 0;
        let answer = eventually("the third time", || {
            asked += 1;
            std::future::ready((asked == 3).then_some("here"))
        });
        assert_eq!(answer.await, "here");
        assert_eq!(asked, 3);
    }
}
