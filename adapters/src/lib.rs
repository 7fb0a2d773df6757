//! Each platform's wire format to and from our message. Translation only.
