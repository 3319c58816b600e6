"""DocuSign's official clients against its simulator."""
