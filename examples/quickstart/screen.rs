//! The terminal: a screen of our own, drawn without flicker and given back in any case.

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap,
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, size,
};
use crossterm::{execute, queue};

/// Whether the terminal has to be given back. Global, because a panic and a signal need it too.
static IS_OURS: AtomicBool = AtomicBool::new(false);

/// The terminal, while it is ours.
pub(crate) struct Screen {
    columns: usize,
    rows: usize,
}

impl Screen {
    /// Takes the terminal; nothing where standard output is none.
    ///
    /// # Errors
    ///
    /// When the terminal does not take what is written.
    pub(crate) fn enter() -> io::Result<Option<Self>> {
        if !io::stdout().is_terminal() {
            return Ok(None);
        }
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            leave();
            hook(info);
        }));
        IS_OURS.store(true, Ordering::SeqCst);
        execute!(io::stdout(), EnterAlternateScreen, Hide, DisableLineWrap)?;
        Ok(Some(Self {
            columns: 0,
            rows: 0,
        }))
    }

    /// Columns and rows, asked for anew: windows change their size.
    pub(crate) fn size(&mut self) -> (usize, usize) {
        let (columns, rows) = size().unwrap_or((80, 24));
        // A terminal may say 0 for "unknown".
        (self.columns, self.rows) = (usize::from(columns.max(20)), usize::from(rows.max(6)));
        (self.columns, self.rows)
    }

    /// Replaces what is shown: every line over the old one, all in one write, so that nothing is
    /// ever blank in between.
    ///
    /// # Errors
    ///
    /// When the terminal does not take what is written.
    pub(crate) fn draw(&self, lines: &[String]) -> io::Result<()> {
        if !IS_OURS.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut frame = Vec::new();
        queue!(frame, BeginSynchronizedUpdate)?;
        for (row, line) in (0..).zip(lines.iter().take(self.rows)) {
            queue!(
                frame,
                MoveTo(0, row),
                Print(line),
                Clear(ClearType::UntilNewLine)
            )?;
        }
        queue!(
            frame,
            Clear(ClearType::FromCursorDown),
            EndSynchronizedUpdate
        )?;
        let mut out = io::stdout().lock();
        out.write_all(&frame)?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back, where it was taken.
pub(crate) fn leave() {
    if IS_OURS.swap(false, Ordering::SeqCst) {
        // Where even this fails there is no terminal left to care for.
        let _ = execute!(io::stdout(), EnableLineWrap, Show, LeaveAlternateScreen);
    }
}
